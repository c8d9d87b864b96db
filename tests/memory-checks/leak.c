/* Leaks strings of the library: a leak checker has to report it. Several, because the
 * address of the last one may still be on the stack. */
#include <loginid.h>

int main(void)
{
    char *out;
    int number;

    for (number = 0; number < 10; number++)
        if (lid_generate_key_pair(&out) != LID_OK)
            return 2;
    return 0;
}
