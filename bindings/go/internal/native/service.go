package native

/*
#include <loginid.h>
*/
import "C"

import (
	"runtime/cgo"
	"unsafe"
)

// service has the functions of C for a service's clients.
type service struct {
	free   func(client unsafe.Pointer)
	derive func(
		client unsafe.Pointer, options *C.char, cancel *C.lid_cancel, derived *unsafe.Pointer, out **C.char,
	) C.lid_status
	setLog func(client unsafe.Pointer, handle cgo.Handle)
}

// ofConfig has the configuration in the same memory, so that there is one copy to wipe.
func ofConfig(config []byte) []Input {
	return []Input{Given("config", *(*string)(unsafe.Pointer(&config)))}
}

func construct(
	service *service, inputs []Input, run func([]argument, *unsafe.Pointer, **C.char) C.lid_status,
) (*Handle, error) {
	var pointer unsafe.Pointer
	_, err := invoke(inputs, func(in []argument, out **C.char) C.lid_status {
		return run(in, &pointer, out)
	})
	if err != nil {
		return nil, err
	}
	return newHandle(service, pointer, &logSink{}), nil
}
