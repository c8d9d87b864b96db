/* Loses a string of the library: a leak checker has to say so. */
#include <loginid.h>
#include <string.h>

int main(void)
{
    char *out;
    int failed = lid_generate_key_pair(&out) != LID_OK;

    memset(&out, 0, sizeof out);
    return failed ? 2 : 0;
}
