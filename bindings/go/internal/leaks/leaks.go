// Package leaks searches the memory of this process for secrets, in tests.
package leaks

import (
	"bytes"
	"fmt"
	"math/rand"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
	"unsafe"
)

const (
	mask = 0x15
	// The length of the parts to search for. The vector registers may hold up to 256 bytes
	// of the last copy, and a signal handler saves them on its stack.
	part = 300
)

// Secret is one that is in memory only while it is revealed.
type Secret []byte

// Random is a secret of this size.
func Random(size int) Secret {
	secret := make(Secret, size)
	for i := range secret {
		secret[i] = byte('a'+rand.Intn(26)) ^ mask
	}
	return secret
}

// reveal gives the secret as a string in memory that is wiped afterwards.
func (m Secret) reveal(use func(secret string)) {
	plain := make([]byte, len(m))
	for i := range m {
		plain[i] = m[i] ^ mask
	}
	use(*(*string)(unsafe.Pointer(&plain)))
	for i := range plain {
		plain[i] = 0
	}
}

// isIn tells whether a part of the secret is in the bytes. The first bytes are not
// searched for, because the allocator overwrites them in freed memory.
func (m Secret) isIn(memory []byte) bool {
	for from := 100; from+part <= len(m); from += len(m) / 3 {
		wanted := m[from : from+part]
		for rest := memory; len(rest) >= part; rest = rest[1:] {
			next := bytes.IndexByte(rest, wanted[0]^mask)
			if next < 0 || len(rest)-next < part {
				break
			}
			rest = rest[next:]
			same := 1
			for same < part && rest[same] == wanted[same]^mask {
				same++
			}
			if same == part {
				return true
			}
		}
	}
	return false
}

// found searches the writable memory of this process.
func (m Secret) found(t *testing.T) string {
	t.Helper()
	memory, err := os.Open("/proc/self/mem")
	if err != nil {
		t.Fatal(err)
	}
	defer memory.Close()
	maps, err := os.ReadFile("/proc/self/maps")
	if err != nil {
		t.Fatal(err)
	}
	found := ""
	for _, line := range strings.Split(string(maps), "\n") {
		var first, last int64
		var rights string
		if _, err := fmt.Sscanf(line, "%x-%x %s", &first, &last, &rights); err != nil || rights[:2] != "rw" {
			continue
		}
		for at := first; at < last; at += int64(len(buffer) - part) {
			wanted := int64(len(buffer))
			if wanted > last-at {
				wanted = last - at
			}
			count, _ := memory.ReadAt(buffer[:wanted], at) // Some mappings cannot be read.
			if m.isIn(buffer[:count]) {
				found = line
			}
			for i := range buffer { // Otherwise it would be found there.
				buffer[i] = 0
			}
		}
	}
	return found
}

var buffer = make([]byte, 1<<20)

// LeavesNothing passes the secret to a call; afterwards there is no copy. The search is
// checked: it would find one.
func (m Secret) LeavesNothing(t *testing.T, what string, call func(secret string)) {
	t.Helper()
	seen := ""
	m.reveal(func(secret string) {
		call(secret)
		seen = m.found(t)
	})
	if seen == "" {
		t.Fatal("the search is blind")
	}
	if place := m.found(t); place != "" {
		t.Errorf("%s of %d bytes leaves a copy in %s", what, len(m), place)
	}
}

const searching = "LOGINID_TEST_SEARCH_MEMORY"

// Check passes secrets of several sizes to the calls of a test, which the library refuses or
// ignores, so that every copy found is one of this package. There must be this many searches.
// It runs in a process of its own, without other tests, and without the race detector, whose
// tables are terabytes.
func Check(t *testing.T, searches int, calls func() map[string]func(secret string)) {
	t.Helper()
	if os.Getenv(searching) == "" {
		command := exec.Command("go", "test", "-count=1", "-v", "-run=^"+t.Name()+"$", ".")
		command.Env = append(os.Environ(), searching+"=1")
		output, err := command.CombinedOutput()
		if err != nil || !bytes.Contains(output, []byte(fmt.Sprintf("searched %d times", searches))) {
			t.Fatalf("%v\n%s", err, output)
		}
		return
	}
	// The stacks of goroutines move, and the old ones are freed without being wiped.
	debug.SetGCPercent(-1)
	runtime.LockOSThread()
	done := 0
	for _, size := range []int{1000, 5000, 50_000} {
		for what, call := range calls() {
			Random(size).LeavesNothing(t, what, call)
			done++
		}
	}
	t.Logf("searched %d times", done)
}
