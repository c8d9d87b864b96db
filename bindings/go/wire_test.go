package loginid

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"reflect"
	"testing"
	"time"
)

// wireCall is an entry of bindings/wire.json: the request of a C function.
type wireCall struct {
	Function  string
	Arguments map[string]any
	Method    string
	Path      string
	Body      map[string]any
}

func (c wireCall) text(name string) string {
	value, _ := c.Arguments[name].(string)
	return value
}

func (c wireCall) json(name string) json.RawMessage {
	return json.RawMessage(c.text(name))
}

func (c wireCall) who() Who {
	return Who{ID: c.text("user_id"), Name: c.text("username")}
}

func (c wireCall) options() *FIDO2Options {
	options := new(FIDO2Options)
	if err := json.Unmarshal(c.json("options_json"), options); err != nil {
		panic(err)
	}
	return options
}

// send calls the method of the C function.
func (c wireCall) send(client *Client) (err error) {
	username, code, codeType := c.text("username"), c.text("code"), c.text("code_type")
	purpose, credential, name := c.text("purpose"), c.text("credential_id"), c.text("credential_name")
	attestation, assertion := c.json("attestation_payload_json"), c.json("assertion_payload_json")
	payload, nonce, who := c.text("tx_payload"), c.text("nonce"), c.who()
	switch c.Function {
	case "lid_create_tx":
		_, err = client.CreateTx(ctx, payload, username, nonce)
	case "lid_init_tx":
		if payload != "" {
			_, err = client.InitNewTx(ctx, username, payload, nonce)
		} else {
			_, err = client.InitTx(ctx, username, c.text("tx_id"), nonce)
		}
	case "lid_complete_tx":
		_, err = client.CompleteTx(ctx, c.text("tx_id"), username, assertion)
	case "lid_generate_code":
		_, err = client.GenerateCode(ctx, codeType, purpose, c.Arguments["authorize"].(bool), who)
	case "lid_authorize_code":
		_, err = client.AuthorizeCode(ctx, code, codeType, purpose, who)
	case "lid_invalidate_all_codes":
		_, err = client.InvalidateAllCodes(ctx, codeType, purpose, who)
	case "lid_wait_code":
		limited, cancel := context.WithTimeout(ctx, time.Minute)
		defer cancel()
		_, err = client.WaitCode(limited, username, code, codeType)
	case "lid_get_credentials":
		_, err = client.GetCredentials(ctx, c.text("status"), who)
	case "lid_rename_credential":
		_, err = client.RenameCredential(ctx, credential, c.text("name"), who)
	case "lid_revoke_credential":
		_, err = client.RevokeCredential(ctx, credential, who)
	case "lid_force_fido2_credential_init":
		_, err = client.ForceFIDO2CredentialInit(ctx, who, c.options())
	case "lid_add_doc_scan_credential_init":
		_, err = client.AddDocScanCredentialInit(ctx, who, name)
	case "lid_add_doc_scan_credential_complete":
		_, err = client.AddDocScanCredentialComplete(ctx, credential, c.Arguments["activate"].(bool), who)
	case "lid_evaluate_doc_scan_credential":
		_, err = client.EvaluateDocScanCredential(ctx, credential, who)
	case "lid_generate_recovery_code":
		_, err = client.GenerateRecoveryCode(ctx, who)
	case "lid_add_publickey_credential":
		_, err = client.AddPublicKeyCredential(ctx, c.text("publickey"), c.text("publickey_alg"), who, name)
	case "lid_init_add_fido2_credential_with_code":
		_, err = client.InitAddFIDO2CredentialWithCode(ctx, code, codeType, username, c.options())
	case "lid_complete_add_fido2_credential":
		_, err = client.CompleteAddFIDO2Credential(ctx, attestation, username, name)
	case "lid_get_user":
		_, err = client.GetUser(ctx, username)
	case "lid_add_user_without_credentials":
		_, err = client.AddUserWithoutCredentials(ctx, username)
	case "lid_activate_user_by_id":
		_, err = client.ActivateUserByID(ctx, who.ID)
	case "lid_deactivate_user_by_id":
		_, err = client.DeactivateUserByID(ctx, who.ID)
	case "lid_delete_by_user_id":
		err = client.DeleteByUserID(ctx, who.ID)
	case "lid_delete_by_username":
		err = client.DeleteByUsername(ctx, username)
	case "lid_send_email_verification":
		err = client.SendEmailVerification(ctx, who.ID)
	case "lid_register_fido2_init":
		_, err = client.RegisterFIDO2Init(ctx, username, c.options())
	case "lid_register_fido2_complete":
		_, err = client.RegisterFIDO2Complete(ctx, username, attestation, name)
	case "lid_register_password":
		_, err = client.RegisterPassword(ctx, username, c.text("password"))
	case "lid_authenticate_password":
		_, err = client.AuthenticatePassword(ctx, username, c.text("password"))
	case "lid_authenticate_fido2_init":
		_, err = client.AuthenticateFIDO2Init(ctx, username)
	case "lid_authenticate_fido2_complete":
		_, err = client.AuthenticateFIDO2Complete(ctx, username, assertion)
	case "lid_authenticate_doc_scan_init":
		_, err = client.AuthenticateDocScanInit(ctx, username, credential)
	case "lid_authenticate_doc_scan_complete":
		_, err = client.AuthenticateDocScanComplete(ctx, username, credential)
	case "lid_authenticate_publickey_init":
		_, err = client.AuthenticatePublicKeyInit(ctx, username, c.text("publickey"), c.text("publickey_alg"))
	case "lid_authenticate_publickey_complete":
		_, err = client.AuthenticatePublicKeyComplete(ctx, username, c.text("challenge_id"), c.text("assertion"))
	default:
		err = errors.New("this test has no method for it")
	}
	return err
}

func TestEachMethodSendsWhatItsFunctionIsFor(t *testing.T) {
	client := newClient(t)
	var calls []wireCall
	text, err := os.ReadFile("../wire.json")
	if err != nil {
		t.Fatal(err)
	}
	parse(t, text, &calls)
	for _, call := range calls {
		control(t, "DELETE", "requests", nil)
		err := call.send(client)
		var failure *Error
		// The user and the code do not exist; only the request matters.
		if err != nil && (!errors.As(err, &failure) || failure.HTTPStatus == 0) {
			t.Errorf("%s: %v", call.Function, err)
			continue
		}
		sent := requests(t)
		if len(sent) != 1 {
			t.Errorf("%s: %d requests", call.Function, len(sent))
			continue
		}
		delete(sent[0].Body, "client_id")
		if len(sent[0].Body) == 0 {
			sent[0].Body = nil
		}
		if want := (received{call.Method, call.Path, call.Body}); !reflect.DeepEqual(sent[0], want) {
			t.Errorf("%s: sent %v, not %v", call.Function, sent[0], want)
		}
	}
}
