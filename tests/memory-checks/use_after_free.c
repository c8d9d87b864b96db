/* Reads a string of the library after freeing it. */
#include <loginid.h>
#include <stdio.h>

int main(void)
{
    char *out;

    if (lid_generate_key_pair(&out) != LID_OK)
        return 2;
    lid_free_string(out);
    printf("%d\n", out[1]);
    return 0;
}
