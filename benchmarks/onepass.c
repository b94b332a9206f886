/* One pass at the speed of C: decode UTF-8, hash every 8-gram, keep one hash in sixteen. Prints how many and a sum.
 *
 *     cc -O3 -o onepass onepass.c && ./onepass FILE
 *
 * It folds nothing, sorts nothing, compares nothing: a floor for anything that reads the texts once.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIECE (1 << 22)

static uint64_t mixed(uint64_t a, uint64_t b) {
    uint64_t h = a * 0x9E3779B97F4A7C15ull;
    h ^= h >> 32;
    h += b * 0xC2B2AE3D27D4EB4Full;
    h ^= h >> 29;
    h *= 0xFF51AFD7ED558CCDull;
    return h ^ (h >> 32);
}

int main(int count, char **words) {
    int file = count == 2 ? open(words[1], O_RDONLY) : -1;
    if (file < 0) {
        fprintf(stderr, "usage: onepass FILE\n");
        return 2;
    }
    unsigned char *piece = malloc(PIECE);
    uint64_t *kept = malloc(sizeof(uint64_t) * PIECE);
    uint64_t older = 0, newer = 0, total = 0, sum = 0;
    uint32_t sign = 0;
    int missing = 0;
    ssize_t length;
    while ((length = read(file, piece, PIECE)) > 0) {
        size_t taken = 0;
        for (ssize_t at = 0; at < length; at++) {
            unsigned char byte = piece[at];
            if (byte < 0x80) {
                sign = byte;
                missing = 0;
            } else if (byte >= 0xC0) {
                missing = byte >= 0xF0 ? 3 : byte >= 0xE0 ? 2 : 1;
                sign = byte & (0x3F >> missing);
                continue;
            } else {
                sign = sign << 6 | (byte & 0x3F);
                if (--missing > 0) continue;
            }
            older = older << 16 | newer >> 48;
            newer = newer << 16 | (sign & 0xFFFF);
            uint64_t hash = mixed(older, newer);
            kept[taken] = hash;
            taken += hash < (1ull << 60);
        }
        total += taken;
        for (size_t each = 0; each < taken; each++) sum ^= kept[each];
    }
    printf("%llu %llx\n", (unsigned long long)total, (unsigned long long)sum);
    return 0;
}
