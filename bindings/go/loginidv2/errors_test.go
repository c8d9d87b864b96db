package loginidv2_test

import (
	"errors"
	"testing"

	"github.com/libloginid/libloginid/bindings/go/loginidv2"
)

func failureOf(t *testing.T, err error) *loginidv2.Error {
	t.Helper()
	var failure *loginidv2.Error
	if !errors.As(err, &failure) {
		t.Fatalf("%T: %v", err, err)
	}
	return failure
}
