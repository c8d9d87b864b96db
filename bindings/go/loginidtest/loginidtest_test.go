package loginidtest_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	loginid "github.com/libloginid/libloginid/bindings/go"
	"github.com/libloginid/libloginid/bindings/go/loginidtest"
	"github.com/libloginid/libloginid/bindings/go/loginidv2"
)

const killed = "LOGINIDTEST_IS_KILLED"

var ctx = context.Background()

// TestMain is also the program that starts an emulator and is killed.
func TestMain(m *testing.M) {
	if os.Getenv(killed) == "" {
		os.Exit(m.Run())
	}
	emulator, err := loginidtest.Run()
	if err != nil {
		panic(err)
	}
	fmt.Println(emulator.URL())
	_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
}

func uses(t *testing.T, emulator *loginidtest.Emulator, old *loginid.Client, current *loginidv2.Client) {
	t.Helper()
	if err := emulator.Reset(); err != nil {
		t.Fatal(err)
	}
	if _, err := old.AddUserWithoutCredentials(ctx, "ada"); err != nil {
		t.Error(err)
	}
	const name = "ada lovelace/?+ä"
	login, err := emulator.LogIn(name)
	if err != nil {
		t.Fatal(err)
	}
	verified, err := current.VerifyTokenOf(ctx, login.JWTAccess, name)
	if err != nil || verified.Claims.Subject != login.UserID || login.PasskeyID == "" || login.DeviceID == "" {
		t.Error(login, err)
	}
	if err := current.SetEmail(ctx, login.UserID, "ada@example.com", true); err != nil {
		t.Error(err)
	}
	code, err := emulator.SentCode(name)
	if err != nil {
		t.Error(err)
	}
	if err := current.VerifyEmail(ctx, name, code); err != nil {
		t.Error(err)
	}
	confirmation, err := emulator.ConfirmTx(name, "Pay 1", "nonce-1")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := current.VerifyTransactionOf(ctx, confirmation.Token, "Pay 1", "nonce-1", name); err != nil {
		t.Error(err)
	}
	if login, err := emulator.LogIn(""); err == nil {
		t.Errorf("%+v", login)
	}
	if _, err := emulator.SentCode("nobody"); err == nil {
		t.Error("nobody was sent a code")
	}
}

func TestClientsUseTheEmulator(t *testing.T) {
	for _, options := range [][]string{nil, {"--tls"}} {
		emulator := loginidtest.Start(t, options...)
		uses(t, emulator, emulator.Client(t), emulator.V2Client(t))
		if err := emulator.Control(http.MethodGet, "no/such/path", nil, nil); err == nil || !strings.Contains(err.Error(), "404") {
			t.Error(err)
		}
	}
}

func TestTheEnvironmentLeadsToTheEmulator(t *testing.T) {
	t.Setenv("LOGINID_EMULATOR_URL", "")
	if _, err := loginidtest.Current(); err == nil || !strings.Contains(err.Error(), "loginid-emulator exec") {
		t.Error(err)
	}
	before := os.Getenv("LOGINID_BASE_URL")
	t.Setenv("LOGINID_V2_ISSUER", "https://another.example")
	t.Setenv("LOGINID_PRIVATE_KEY_FILE", "/no/such/file")
	t.Setenv("LOGINID_MAX_RETRIES", "1") // It contradicts nothing, and stays.
	emulator := loginidtest.Start(t)
	t.Run("set", func(t *testing.T) {
		emulator.Setenv(t)
		if retries := os.Getenv("LOGINID_MAX_RETRIES"); retries != "1" {
			t.Error(retries)
		}
		old, err := loginid.NewFromEnv()
		if err != nil {
			t.Fatal(err)
		}
		defer old.Close()
		current, err := loginidv2.NewFromEnv()
		if err != nil {
			t.Fatal(err)
		}
		defer current.Close()
		running, err := loginidtest.Current()
		if err != nil || running.URL() != emulator.URL() {
			t.Fatal(err)
		}
		uses(t, running, old, current)
		if err := running.Close(); err != nil {
			t.Error(err)
		}
		uses(t, emulator, old, current)
	})
	if os.Getenv("LOGINID_V2_ISSUER") != "https://another.example" || os.Getenv("LOGINID_BASE_URL") != before {
		t.Error("the environment is not as it was before")
	}
}

// ends waits until nothing listens at the emulator's address.
func ends(t *testing.T, address string) {
	t.Helper()
	parsed, err := url.Parse(strings.TrimSpace(address))
	if err != nil || parsed.Port() == "" {
		t.Fatal(address, err)
	}
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		connection, err := net.Dial("tcp", "127.0.0.1:"+parsed.Port())
		if errors.Is(err, syscall.ECONNREFUSED) {
			return
		}
		if err == nil {
			_ = connection.Close()
		}
	}
	t.Error("the emulator runs on")
}

func TestTheEmulatorEndsWithItsTest(t *testing.T) {
	address := ""
	t.Run("one", func(t *testing.T) { address = loginidtest.Start(t).URL() })
	ends(t, address)
	emulator, err := loginidtest.Run()
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < 2; i++ {
		if err := emulator.Close(); err != nil {
			t.Error(err)
		}
	}
	ends(t, emulator.URL())
}

func TestTheEmulatorEndsWithAProcessThatIsKilled(t *testing.T) {
	command := exec.Command(os.Args[0])
	command.Env = append(os.Environ(), killed+"=1")
	var output bytes.Buffer
	command.Stdout = &output
	var status *exec.ExitError
	if err := command.Run(); !errors.As(err, &status) || status.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
		t.Fatal(err)
	}
	ends(t, output.String())
}

func TestAnEmulatorThatDoesNotStartIsAnError(t *testing.T) {
	if _, err := loginidtest.Run("--port", "none"); err == nil || !strings.Contains(err.Error(), `"none"`) {
		t.Error(err)
	}
	t.Setenv("LOGINID_EMULATOR", "/no/such/program")
	if _, err := loginidtest.Run(); err == nil || !strings.Contains(err.Error(), "/no/such/program") {
		t.Error(err)
	}
	t.Setenv("LOGINID_EMULATOR", "")
	t.Setenv("PATH", t.TempDir())
	t.Setenv("GOBIN", t.TempDir())
	_, err := loginidtest.Run()
	if err == nil {
		t.Fatal("no error")
	}
	for _, part := range []string{"LOGINID_EMULATOR", os.Getenv("GOBIN"), "PATH", "go install "} {
		if !strings.Contains(err.Error(), part) {
			t.Error(part, err)
		}
	}
}

// The program where go install puts it is found, also if that folder is not in PATH.
func TestTheInstalledEmulatorIsFound(t *testing.T) {
	program := os.Getenv("LOGINID_EMULATOR")
	for _, installed := range []struct{ variable, folder string }{
		{"GOBIN", ""}, {"GOPATH", "bin"}, {"HOME", "go/bin"},
	} {
		for _, variable := range []string{"GOBIN", "GOPATH", "LOGINID_EMULATOR"} {
			t.Setenv(variable, "")
		}
		folder := t.TempDir()
		t.Setenv(installed.variable, folder)
		folder = filepath.Join(folder, installed.folder)
		if err := os.MkdirAll(folder, 0o700); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(folder, "loginid-emulator")
		script := "#!/bin/sh\n: > " + folder + "/used\nexec " + program + ` "$@"` + "\n"
		if err := os.WriteFile(path, []byte(script), 0o700); err != nil {
			t.Fatal(err)
		}
		emulator := loginidtest.Start(t)
		if err := emulator.Reset(); err != nil {
			t.Error(err)
		}
		if _, err := os.Stat(filepath.Join(folder, "used")); err != nil {
			t.Error(installed.variable, err)
		}
	}
}
