// Package signature reads the policies that demand signatures of images, whichever tool they are for, and says of an image in a place
// what they demand and what is proven.
package signature

import (
	"slices"

	"canopy/model"
)

// Verdict says whether the signature of a running image is proven.
type Verdict string

// The verdicts, the best first.
const (
	// Verified: something proves that the signature of this very digest was checked.
	Verified Verdict = "verified"
	// NotRequired: no policy demands one here.
	NotRequired Verdict = "not-required"
	// Unproven: a policy demands one, and nothing proves that it was checked: the pod may be older than the policy, the policy may
	// only audit, or let this image through.
	Unproven Verdict = "unproven"
	// Unknown: a policy could not be read or not be evaluated.
	Unknown Verdict = "unknown"
)

// Answer is a verdict with its proof.
type Answer struct {
	Verdict Verdict
	// Reason says why, in words.
	Reason string
	// Policies are those that demand a signature here, sorted.
	Policies []model.Ref
	// Enforced tells that one of them refuses what is not signed; else they only tell.
	Enforced bool
	// Refuted tells that a check has failed: the image is not signed as it has to be.
	Refuted bool
	// By names what proves it: "kyverno.io/verify-images", "cosign verify".
	By string
	// At is when it was proven, in seconds since 1970; 0 where unknown.
	At int64
}

// Equal tells that two answers say the same.
func (a *Answer) Equal(o *Answer) bool {
	return a == o || a.Verdict == o.Verdict && a.Reason == o.Reason && a.Enforced == o.Enforced && a.Refuted == o.Refuted && a.By == o.By && a.At == o.At &&
		slices.Equal(a.Policies, o.Policies)
}
