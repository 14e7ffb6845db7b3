// Package secret keeps an inventory of Secrets without their values, of who reads and uses them, and of credentials that stand where
// they should not; and judges that. Detectors are below it, in detect.
package secret

import (
	"time"

	"canopy/model"
	"canopy/model/record"
)

// Options says what is judged by.
type Options struct {
	// Rotation is how long data may stay as it is; zero is DefaultRotation. Expiry is how long before its end a certificate is told;
	// zero is DefaultExpiry.
	Rotation, Expiry time.Duration
}

// What holds where nothing else is said.
const (
	DefaultRotation = 365 * 24 * time.Hour
	DefaultExpiry   = 30 * 24 * time.Hour
)

// How an object uses a Secret.
type How string

// The ways.
const (
	ByEnv           How = "env"
	ByEnvFrom       How = "envFrom"
	ByVolume        How = "volume"
	ByImagePull     How = "imagePullSecrets"
	ByAccount       How = "serviceAccount" // of a ServiceAccount's secrets
	ByIngress       How = "ingress TLS"
	ByGateway       How = "gateway TLS"
	ByRoute         How = "route TLS"
	ByAnnotation    How = "annotation"
	ByCertificate   How = "certificate"     // cert-manager writes it
	ByExternal      How = "external secret" // External Secrets, Sealed Secrets, Sops or the Secrets Store write it
	ByPersistentVol How = "volume driver"
	ByWebhook       How = "webhook"
	ByToken         How = "token of"        // it is the token of that account
	ByText          How = "named in a text" // of a pod template: a program may take it by its name
	ByLabel         How = "label"           // the Secret says for whom it is
	ByField         How = "field"           // of a custom resource that is known to name Secrets
	ByRole          How = "role"            // a Role names it, so that a program reads it by the API
)

// faint tells that what names a Secret so does not miss it where it is not there.
func (h How) faint() bool { return h == ByRole || h == ByText || h == ByField }

// Reference is one use of a Secret.
type Reference struct {
	// From is the top owner of pods, or the object that names it; Path is the field in it.
	From model.Ref
	How  How
	Path string
	// Key is the key that is used; "" is all.
	Key      string
	Optional bool
	// Pods counts the pods that have it.
	Pods int
}

// Secret is one Secret, or one that is named and is not there.
type Secret struct {
	Ref model.Ref
	// Missing tells that it is named and not there, as far as Secrets were seen.
	Missing bool
	// Type is "" where unknown; Keys is -1 where unknown.
	Type string
	Keys int
	// Created, Changed (of its data) and Since (the newer) are in seconds since 1970; 0 where unknown.
	Created, Changed, Since int64
	Writer                  string
	// Manager names what writes it: "cert-manager", "external-secrets", "sealed-secrets", "helm"; "" where nobody is known to.
	Manager string
	// LastApplied tells that a copy of its values stands in its own annotation.
	LastApplied bool
	// Account is that of a token of the old kind; LastUsed ("2025-11-23") and Invalid are what its labels say.
	Account           string
	LastUsed, Invalid string
	// Expires is when its certificate ends, in seconds since 1970; 0 where unknown. ExpiryFrom says how that is known.
	Expires    int64
	ExpiryFrom string
	// References are its uses, sorted by object.
	References []Reference
	// MountedBy are the top owners whose pods have it, or will have it by their template, sorted; Pods counts the pods that have it.
	MountedBy []model.Ref
	Pods      int
	// Facts are what reading it has shown; nil where that was not asked for. Older tells that it was written since then: they count
	// for nothing any more.
	Facts *record.SecretFacts
	Older bool
	// Copies are places in which one of its values stands in plain text, as far as Facts tell.
	Copies []model.Evidence
	// Findings are the ids of the findings on it, sorted.
	Findings []string
}

// Certificate is one that is known of without reading a Secret.
type Certificate struct {
	// Object and Path say where: a webhook's CA bundle, that of an APIService, the server itself.
	Object  model.Ref
	Path    string
	Subject string
	Until   int64
}
