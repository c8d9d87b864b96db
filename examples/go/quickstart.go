// The calls of libloginid, one after the other. Run it with `make test-go`,
// which starts an emulator of the LoginID service first.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"strings"
	"time"

	loginid "github.com/libloginid/libloginid/bindings/go"
)

const (
	ada     = "ada@example.com"
	purpose = "temporary_authentication"
	payload = "Pay 10.00 EUR to Grace"
)

func main() {
	log.SetFlags(0)
	fmt.Println("libloginid", loginid.Version())
	client, err := loginid.NewFromEnv()
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := run(ctx, client); err != nil {
		log.Fatal("FAILED: ", err)
	}
	fmt.Println("Everything was as expected.")
}

func run(ctx context.Context, client *loginid.Client) error {
	added, err := client.AddUserWithoutCredentials(ctx, ada)
	if err != nil {
		return err
	}
	show("add_user", added.Raw)
	user, err := client.GetUser(ctx, ada)
	if err != nil {
		return err
	}
	show("get_user", user.Raw)

	for _, step := range []func(context.Context, *loginid.Client) error{
		logInWithCode, manageCredentials, confirmTransaction,
	} {
		if err := step(ctx, client); err != nil {
			return err
		}
	}

	if user, err = client.DeactivateUserByID(ctx, user.ID); err != nil {
		return err
	}
	show("deactivate_user_by_id", user.Raw)
	if user, err = client.ActivateUserByID(ctx, user.ID); err != nil {
		return err
	}
	show("activate_user_by_id", user.Raw)
	if err = client.DeleteByUserID(ctx, user.ID); err != nil {
		return err
	}
	show("delete_by_user_id", []byte("{}"))

	// An example of an error.
	_, err = client.GetUser(ctx, ada)
	var failure *loginid.Error
	if !errors.As(err, &failure) || failure.Code != "user_not_found" {
		return fmt.Errorf("a deleted user was found: %w", err)
	}
	show(failure.Status.String(), failure.Raw)
	return nil
}

// logInWithCode: a code on one device, confirmed on another, logs the user in.
func logInWithCode(ctx context.Context, client *loginid.Client) error {
	who := loginid.Username(ada)
	code, err := client.GenerateCode(ctx, "short", purpose, false, who)
	if err != nil {
		return err
	}
	show("generate_code", code.Raw)
	confirmed := make(chan error, 1)
	go func() {
		_, err := client.AuthorizeCode(ctx, code.Code, "short", purpose, who)
		confirmed <- err
	}()
	waiting, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	login, err := client.WaitCode(waiting, ada, code.Code, "short")
	if err != nil {
		return err
	}
	show("wait_code", login.Raw)
	if err := <-confirmed; err != nil {
		return err
	}
	verified, err := client.VerifyTokenOf(ctx, login.JWT, ada)
	if err != nil {
		return err
	}
	show("verify_token", verified.Raw)
	invalidated, err := client.InvalidateAllCodes(ctx, "short", purpose, who)
	if err != nil {
		return err
	}
	show("invalidate_all_codes", invalidated.Raw)
	return nil
}

func manageCredentials(ctx context.Context, client *loginid.Client) error {
	who := loginid.Username(ada)
	err := emulator("users/"+ada+"/credentials", `{"type":"fido2","name":"phone"}`, nil)
	if err != nil {
		return err
	}
	listed, err := client.GetCredentials(ctx, "active", who)
	if err != nil {
		return err
	}
	show("get_credentials", listed.Raw)
	uuid := listed.Credentials[0].UUID
	renamed, err := client.RenameCredential(ctx, uuid, "work phone", who)
	if err != nil || renamed.Credential.Name != "work phone" {
		return fmt.Errorf("rename: %v %w", renamed, err)
	}
	show("rename_credential", renamed.Raw)
	revoked, err := client.RevokeCredential(ctx, uuid, who)
	if err != nil || revoked.Credential.Status != "revoked" {
		return fmt.Errorf("revoke: %v %w", revoked, err)
	}
	show("revoke_credential", revoked.Raw)
	return nil
}

func confirmTransaction(ctx context.Context, client *loginid.Client) error {
	created, err := client.CreateTx(ctx, payload, ada, "")
	if err != nil {
		return err
	}
	show("create_tx", created.Raw)
	var confirmed loginid.ConfirmedTransaction
	err = emulator("tx/"+created.ID+"/confirm", `{"username":"`+ada+`"}`, &confirmed)
	if err != nil {
		return err
	}
	verified, err := client.VerifyTransactionWithNonce(ctx, confirmed.JWT, payload, created.Nonce)
	if err != nil {
		return err
	}
	show("verify_transaction", verified.Raw)

	// The same token does not confirm anything else.
	_, err = client.VerifyTransaction(ctx, confirmed.JWT, "Pay 99.00 EUR")
	var failure *loginid.Error
	if !errors.As(err, &failure) || failure.Status != loginid.StatusClaimMismatch {
		return fmt.Errorf("another payload was accepted: %w", err)
	}
	return nil
}

// emulator acts as a user with a device, through the control API.
func emulator(path, body string, into any) error {
	url := os.Getenv("LOGINID_EMULATOR_URL") + "/_emulator/" + path
	response, err := http.Post(url, "application/json", strings.NewReader(body))
	if err != nil {
		return err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s %s %w", path, response.Status, answer, err)
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(answer, into)
}

func show(what string, result []byte) {
	fmt.Printf("%-26s %s\n", what, result)
}
