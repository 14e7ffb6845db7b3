package signature

import (
	"canopy/model/record"
)

// signer is who has to have signed, in the form that all tools share: a public key, the address of one, or an identity that a
// certificate names.
type signer struct {
	key, kms                                     string
	issuer, subject, issuerRegExp, subjectRegExp string
}

// sample is what an existing policy says of signers and images.
type sample struct {
	signers []signer
	globs   []string
	// sigstore tells how the globs are to be read.
	sigstore bool
}

// sampleOf reads a policy; signers in other forms, such as certificates, are left out.
func sampleOf(r *record.Custom) sample {
	spec := at(r.Body, "spec")
	var s sample
	switch r.Kind.GroupKind() {
	case policyKinds[0], policyKinds[1]:
		for _, written := range items(spec, "rules") {
			for _, v := range items(written, "verifyImages") {
				for _, set := range items(v, "attestors") {
					for _, entry := range items(set, "entries") {
						s.add(signer{
							key: text(entry, "keys", "publicKeys"), kms: text(entry, "keys", "kms"), issuer: text(entry, "keyless", "issuer"),
							subject: text(entry, "keyless", "subject"), issuerRegExp: text(entry, "keyless", "issuerRegExp"),
							subjectRegExp: text(entry, "keyless", "subjectRegExp"),
						})
					}
				}
				s.globs = append(s.globs, texts(v, "imageReferences")...)
			}
		}
	case policyKinds[2], policyKinds[3]:
		for _, a := range items(spec, "attestors") {
			s.add(signer{key: text(a, "cosign", "key", "data"), kms: text(a, "cosign", "key", "kms")})
			s.identities(items(a, "cosign", "keyless", "identities"))
		}
		for _, m := range items(spec, "matchImageReferences") {
			if g := text(m, "glob"); g != "" {
				s.globs = append(s.globs, g)
			}
		}
	case policyKinds[4]:
		s.sigstore = true
		for _, a := range items(spec, "authorities") {
			s.add(signer{key: text(a, "key", "data"), kms: text(a, "key", "kms")})
			s.identities(items(a, "keyless", "identities"))
		}
		for _, i := range items(spec, "images") {
			if g := text(i, "glob"); g != "" {
				s.globs = append(s.globs, g)
			}
		}
	}
	return s
}

func (s *sample) identities(list []any) {
	for _, i := range list {
		s.add(signer{issuer: text(i, "issuer"), subject: text(i, "subject"), issuerRegExp: text(i, "issuerRegExp"), subjectRegExp: text(i, "subjectRegExp")})
	}
}

// add takes a signer that is told in full: without an issuer and a subject anybody could sign.
func (s *sample) add(one signer) {
	identified := (one.issuer != "" || one.issuerRegExp != "") && (one.subject != "" || one.subjectRegExp != "")
	if one.key != "" || one.kms != "" || identified {
		s.signers = append(s.signers, one)
	}
}

// keyed writes the key, under the names that a tool has for it; nil where the signer is an identity.
func (s signer) keyed(data string) map[string]any {
	switch {
	case s.key != "":
		return map[string]any{data: s.key}
	case s.kms != "":
		return map[string]any{"kms": s.kms}
	}
	return nil
}

// identity writes the identity.
func (s signer) identity() map[string]any {
	m := map[string]any{}
	for k, v := range map[string]string{"issuer": s.issuer, "subject": s.subject, "issuerRegExp": s.issuerRegExp, "subjectRegExp": s.subjectRegExp} {
		if v != "" {
			m[k] = v
		}
	}
	return m
}
