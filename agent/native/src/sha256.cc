// FIPS 180-4, so that naming a pin folder needs no crypto library.
#include "sha256.h"
#include <cmath>
#include <cstdint>
#include <cstdio>

namespace inquest {

namespace {

uint32_t rotate(uint32_t word, int by) { return word >> by | word << (32 - by); }

// The constants are the fractions of square and cube roots of the first primes.
uint32_t fraction(long double root) {
    return static_cast<uint32_t>((root - std::floor(root)) * 4294967296.0L);
}

struct Constants {
    uint32_t start[8], round[64];
    Constants() {
        int found = 0;
        for (int n = 2; found < 64; n++) {
            bool prime = true;
            for (int d = 2; d * d <= n; d++) prime = prime && n % d;
            if (!prime) continue;
            if (found < 8) start[found] = fraction(std::sqrt(static_cast<long double>(n)));
            round[found++] = fraction(std::cbrt(static_cast<long double>(n)));
        }
    }
};

void block(uint32_t *state, const unsigned char *in, const uint32_t *constants) {
    uint32_t w[64], s[8];
    for (int i = 0; i < 16; i++)
        w[i] = static_cast<uint32_t>(in[i * 4]) << 24 | in[i * 4 + 1] << 16 | in[i * 4 + 2] << 8 |
               in[i * 4 + 3];
    for (int i = 16; i < 64; i++)
        w[i] = w[i - 16] + w[i - 7] +
               (rotate(w[i - 15], 7) ^ rotate(w[i - 15], 18) ^ w[i - 15] >> 3) +
               (rotate(w[i - 2], 17) ^ rotate(w[i - 2], 19) ^ w[i - 2] >> 10);
    for (int i = 0; i < 8; i++) s[i] = state[i];
    for (int i = 0; i < 64; i++) {
        uint32_t a = s[7] + (rotate(s[4], 6) ^ rotate(s[4], 11) ^ rotate(s[4], 25)) +
                     ((s[4] & s[5]) ^ (~s[4] & s[6])) + constants[i] + w[i];
        uint32_t b = (rotate(s[0], 2) ^ rotate(s[0], 13) ^ rotate(s[0], 22)) +
                     ((s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]));
        for (int j = 7; j > 0; j--) s[j] = s[j - 1];
        s[4] += a;
        s[0] = a + b;
    }
    for (int i = 0; i < 8; i++) state[i] += s[i];
}

} // namespace

std::string sha256(const std::string &bytes) {
    static const Constants constants;
    std::string padded = bytes + '\x80';
    padded.append((120 - padded.size() % 64) % 64, '\0');
    for (int shift = 56; shift >= 0; shift -= 8)
        padded += static_cast<char>(static_cast<uint64_t>(bytes.size()) * 8 >> shift);
    uint32_t state[8];
    for (int i = 0; i < 8; i++) state[i] = constants.start[i];
    for (size_t at = 0; at < padded.size(); at += 64)
        block(state, reinterpret_cast<const unsigned char *>(padded.data()) + at, constants.round);
    char text[65];
    for (int i = 0; i < 8; i++) snprintf(text + i * 8, 9, "%08x", state[i]);
    return text;
}

} // namespace inquest
