package detect

import "strings"

// leaf looks at a value that a structure holds; raw is a part of the text, without quotes.
func (l *look) leaf(name string, named bool, x *text, a, b int) {
	if b-a < shortest || !named && !x.any(a, b) && (l.decoded || !coded(x.s[a:b])) {
		return
	}
	if structured(x.s[a:b]) {
		l.value(name, x.s[a:b])
		return
	}
	l.scalar(name, x, a, b)
}

// sibling tells what a key is good for in objects that name one thing and give its value: {"name": "DB_PASSWORD", "value": "…"}.
type sibling uint8

const (
	noSibling sibling = iota
	nameSibling
	valueSibling
)

func siblingOf(key string) sibling {
	switch key {
	case "name", "Name", "key", "Key", "header", "parameter", "variable":
		return nameSibling
	case "value", "Value", "val", "plaintext", "plainText":
		return valueSibling
	}
	return noSibling
}

// sealedKind tells of kinds whose values are encrypted, or say where a secret is: names in them mean something else.
func sealedKind(kind string) bool {
	switch kind {
	case "SealedSecret", "ExternalSecret", "ClusterExternalSecret", "SecretStore", "ClusterSecretStore", "PushSecret", "SopsSecret", "SecretProviderClass", "VaultStaticSecret",
		"VaultDynamicSecret", "VaultPKISecret", "VaultAuth", "VaultSecret", "BitwardenSecret", "OnePasswordItem", "InfisicalSecret", "DopplerSecret", "AzureKeyVaultSecret", "PasswordSecret",
		"CustomResourceDefinition", "EncryptedSecret", "StrongboxSecret", "BitnamiSealedSecret", "Certificate", "Issuer", "ClusterIssuer":
		return true
	}
	return false
}

// sealedKey tells of keys below which everything is encrypted, or a reference, or prose.
func sealedKey(key string) bool {
	switch key {
	case "encryptedData", "sops", "openAPIV3Schema", "securitySchemes", "remoteRef", "secretKeyRef", "configMapKeyRef", "secretRef", "valueFrom", "matchLabels", "labels", "secretObjects", "secretKeys",
		"description", "descriptions", "summary", "help", "documentation", "comment", "tooltip", "placeholder":
		return true
	}
	return strings.HasSuffix(key, "KeyRef") || strings.HasSuffix(key, "SecretRef")
}
