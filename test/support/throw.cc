// SPDX-License-Identifier: Apache-2.0
// A C++ program that nobody catches.
#include <stdexcept>

int main()
{
	throw std::runtime_error("the warehouse is closed");
}
