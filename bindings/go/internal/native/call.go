package native

/*
#include <loginid.h>
*/
import "C"

import (
	"context"
	"unsafe"
)

// Function is a function of the C library that takes a client, whose operation has this name.
type Function struct {
	operation string
	run       func(client unsafe.Pointer, in []argument, out **C.char) C.lid_status
}

// Call calls a function with a client, and reads its result.
func Call[T any](ctx context.Context, handle *Handle, function Function, inputs ...Input) (*T, error) {
	return Decode[T](call(ctx, handle, function, inputs))
}

// Run calls a function whose result has no members.
func Run(ctx context.Context, handle *Handle, function Function, inputs ...Input) error {
	_, err := call(ctx, handle, function, inputs)
	return err
}

func call(ctx context.Context, handle *Handle, function Function, inputs []Input) ([]byte, error) {
	if err := ended(ctx); err != nil {
		return nil, contextError(ctx, err, function.operation)
	}
	client, err := handle.begin()
	if err != nil {
		return nil, err
	}
	defer handle.end()
	client, stop, err := handle.within(ctx, client)
	if err != nil {
		return nil, err
	}
	defer stop()
	attempts := events{listener: handle.log.current()}
	result, err := invoke(inputs, func(in []argument, out **C.char) (status C.lid_status) {
		attempts.gather(func() { status = function.run(client, in, out) })
		return status
	})
	addCause(ctx, err)
	attempts.report()
	return result, err
}
