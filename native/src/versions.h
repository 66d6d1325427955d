/*
 * The versions of the CNI specification that our plugins speak.
 */
#ifndef FAIRLEAD_VERSIONS_H
#define FAIRLEAD_VERSIONS_H

#define NEWEST_CNI_VERSION "1.1.0"
#define CNI_VERSIONS(between) "0.3.0" between "0.3.1" between "0.4.0" between "1.0.0" between NEWEST_CNI_VERSION

#endif
