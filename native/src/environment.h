/*
 * The environment as the kernel hands it over: strings NAME=value up to a NULL.
 */
#ifndef FAIRLEAD_ENVIRONMENT_H
#define FAIRLEAD_ENVIRONMENT_H

/* The value in an entry of this name, or NULL when the entry has another name. */
const char *value_of(const char *entry, const char *name);

/* NULL when it is unset or empty. The first of several entries of one name counts, as for getenv(3). */
const char *variable(char **environment, const char *name);

#endif
