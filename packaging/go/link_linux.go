//go:build !loginid_installed

package native

/*
// The library that this module has.
#cgo CFLAGS: -I${SRCDIR}/include
#cgo LDFLAGS: ${SRCDIR}/linux_GOARCH/libloginid.a -lm -ldl
#include <features.h>
#ifndef __GLIBC__
#error this module has libloginid for systems with glibc: install libloginid for this one, and build with -tags loginid_installed
#endif
*/
import "C"

import (
	_ "github.com/libloginid/libloginid/bindings/go/internal/native/include"
	_ "github.com/libloginid/libloginid/bindings/go/internal/native/linux_GOARCH"
)
