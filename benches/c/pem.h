/* Keys from the environment, where line ends are written as \n. */
#ifndef PEM_H
#define PEM_H

/* The PEM of a variable with real line ends; stays valid. */
const char *pem_setting(const char *name);

#endif
