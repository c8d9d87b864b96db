#define _POSIX_C_SOURCE 200809L

#include "pem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "worker.h"

const char *pem_setting(const char *name)
{
    char *text = strdup(worker_setting(name)), *to = text, *from;

    if (text == NULL)
        exit(2);
    for (from = text; *from != '\0'; from++) {
        if (from[0] == '\\' && from[1] == 'n') {
            *to++ = '\n';
            from++;
        } else {
            *to++ = *from;
        }
    }
    *to = '\0';
    return text;
}
