/* Tokens for peers that only send. */
#ifndef BEARER_H
#define BEARER_H

#include <stddef.h>

/* Writes `Authorization: Bearer <token>` for one lid_get_user call; 0 on success. */
int bearer_header(char *header, size_t size);

#endif
