/* The emulator's control API, which acts as a user with a device. */
#ifndef EXAMPLES_EMULATOR_H
#define EXAMPLES_EMULATOR_H

/* Sends POST /_emulator/<path> with a JSON body to the emulator that
 * LOGINID_EMULATOR_URL names. Returns its JSON answer, to be freed with free(),
 * or NULL if it did not answer 200. */
char *emulator_post(const char *path, const char *json);

/* The service's public key with this id, as PEM, which an operator would copy into the
 * configuration. To be freed with free(); NULL if there is none. */
char *emulator_key(const char *kid);

#endif
