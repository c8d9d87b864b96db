package native

// The first file by its name, so that this error of the compiler is the only one.

/*
#include <loginid.h>

// The version of this package. What its last number changes is no reason to refuse a library.
#define NEEDED_MAJOR 0
#define NEEDED_MINOR 1

#if !defined(LID_VERSION_NUMBER) || LID_VERSION_MAJOR != NEEDED_MAJOR || LID_VERSION_MINOR < NEEDED_MINOR
#error loginid.h is of a version that this package cannot use: install libloginid of the version of this package
#endif
*/
import "C"

import "fmt"

// misfit is why the library that the system's loader found does not fit, or nil. It may be another
// than the one that the program was built with. All calls return it.
var misfit = misfitOf(Version())

// misfitOf has the words of bindings/library.json, which are the same in all languages.
func misfitOf(version string) error {
	const major, minor = C.NEEDED_MAJOR, C.NEEDED_MINOR
	var theirMajor, theirMinor int
	_, err := fmt.Sscanf(version, "%d.%d.", &theirMajor, &theirMinor)
	var reason string
	switch {
	case err != nil || theirMajor < major || theirMajor == major && theirMinor < minor:
		reason = fmt.Sprintf("version %s is too old, this package needs %d.%d or newer", version, major, minor)
	case theirMajor > major:
		reason = fmt.Sprintf("version %s is too new, this package needs %d.%d or newer, below %d.0", version, major, minor, major+1)
	default:
		return nil
	}
	failure := &Error{
		Status: StatusConfig,
		Code:   "library_unavailable",
		Message: fmt.Sprintf("libloginid cannot be loaded: libloginid.so.0: %s; install libloginid %d.%d or newer "+
			"for this system, where the system's loader finds it", reason, major, minor),
	}
	return failure.written()
}
