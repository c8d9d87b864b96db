package loginid

// Types of codes.
const (
	CodeTypeShort  = "short"
	CodeTypeLong   = "long"
	CodeTypePhrase = "phrase"
)

// Purposes of codes.
const (
	PurposeTemporaryAuthentication = "temporary_authentication"
	PurposeAddCredential           = "add_credential"
)

// Statuses of credentials.
const (
	CredentialActive   = "active"
	CredentialPending  = "pending"
	CredentialInactive = "inactive"
	CredentialRevoked  = "revoked"
	CredentialDeleted  = "deleted"
)
