// SPDX-License-Identifier: Apache-2.0
// A client of a container runtime with nothing around it: ask SOCKET METHOD PATH. Static, for images.
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	char text[1024];
	int end = socket(AF_UNIX, SOCK_STREAM, 0);
	if (argc != 4 || strlen(argv[1]) >= sizeof address.sun_path)
		return 64;
	strcpy(address.sun_path, argv[1]);
	if (connect(end, (struct sockaddr *)&address, sizeof address)) {
		perror("ask");
		return 1;
	}
	int length = snprintf(text, sizeof text, "%s %s HTTP/1.1\r\nHost: runtime\r\nConnection: close\r\n\r\n",
			      argv[2], argv[3]);
	if (length >= (int)sizeof text || write(end, text, length) != length)
		return 1;
	for (ssize_t got; (got = read(end, text, sizeof text)) > 0;)
		fwrite(text, 1, got, stdout);
	return 0;
}
