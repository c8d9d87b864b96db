package loginid

import (
	"log"
	"os"
	"testing"

	"github.com/libloginid/libloginid/bindings/go/internal/emulator"
)

// service is the emulator of the tests and examples of this package.
var service *emulator.Emulator

// TestMain starts an emulator, unless the tests run with one.
func TestMain(m *testing.M) {
	os.Exit(run(m))
}

func run(m *testing.M) int {
	var err error
	if service, err = emulator.Attach(); err == nil {
		return m.Run()
	}
	if service, err = emulator.Start(); err != nil {
		log.Fatal(err)
	}
	defer service.Stop()
	for _, name := range service.Contradictory {
		_ = os.Unsetenv(name)
	}
	for name, value := range service.Variables {
		_ = os.Setenv(name, value)
	}
	return m.Run()
}
