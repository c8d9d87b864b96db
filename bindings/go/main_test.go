package loginid

import (
	"log"
	"os"
	"testing"

	"github.com/libloginid/libloginid/bindings/go/internal/emulator"
)

// TestMain starts an emulator, unless the tests run with one.
func TestMain(m *testing.M) {
	os.Exit(run(m))
}

func run(m *testing.M) int {
	if _, err := emulator.Attach(); err == nil {
		return m.Run()
	}
	started, err := emulator.Start()
	if err != nil {
		log.Fatal(err)
	}
	defer started.Stop()
	for _, name := range started.Contradictory() {
		_ = os.Unsetenv(name)
	}
	for name, value := range started.Variables {
		_ = os.Setenv(name, value)
	}
	return m.Run()
}
