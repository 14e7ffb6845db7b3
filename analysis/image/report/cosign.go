package report

import (
	"encoding/json"

	"canopy/analysis/image/reference"
	"canopy/model/record"
)

// cosignPayload is one element of the output of "cosign verify": the payload of a signature that was verified (simple signing, as
// containers/image documents it), with what the certificate tells.
type cosignPayload struct {
	Critical struct {
		Identity struct {
			Reference string `json:"docker-reference"`
		} `json:"identity"`
		Image struct {
			Digest string `json:"docker-manifest-digest"`
		} `json:"image"`
		Type string `json:"type"`
	} `json:"critical"`
	// Optional holds whatever the signer annotates.
	Optional map[string]json.RawMessage `json:"optional"`
}

// cosign reads the output for one image. cosign prints it only where the verification succeeded.
func (r *reader) cosign() error {
	if r.data[0] == '{' {
		return r.signature(r.data)
	}
	var found faultList
	err := elements(r.ctx, r.data, func(index, start, end int) {
		if err := r.signature(r.data[start:end]); err != nil {
			found.add(func() error { return within(index, start, err) })
		}
	})
	return found.join(err)
}

func (r *reader) signature(data []byte) error {
	var p cosignPayload
	if err := decode(data, &p); err != nil {
		return err
	}
	if !reference.Digest(p.Critical.Image.Digest) {
		return at("critical.image.docker-manifest-digest", "want a digest")
	}
	s := &record.Signature{
		Digest: p.Critical.Image.Digest, Image: p.Critical.Identity.Reference, Verified: true, Origin: r.origin,
		Identity: p.annotation("Subject"), Issuer: p.annotation("Issuer"), At: p.logged(),
	}
	s.Meta = record.OwnMeta("ImageSignature", "", "cosign-"+hash(s.Digest, s.Image, s.Identity, s.Issuer))
	if other := r.into.signatures[s.Name]; other != nil {
		other.At = max(other.At, s.At)
		return nil
	}
	if r.into.signatures == nil {
		r.into.signatures = map[string]*record.Signature{}
	}
	r.into.signatures[s.Name] = s
	r.into.Signatures = append(r.into.Signatures, s)
	return nil
}

// annotation reads a text; what is none is passed over.
func (p *cosignPayload) annotation(key string) string {
	var text string
	if json.Unmarshal(p.Optional[key], &text) != nil {
		return ""
	}
	return text
}

// logged is when the transparency log has taken the signature in.
func (p *cosignPayload) logged() int64 {
	var bundle struct {
		Payload struct {
			Time int64 `json:"integratedTime"`
		} `json:"Payload"`
	}
	if json.Unmarshal(p.Optional["Bundle"], &bundle) != nil {
		return 0
	}
	return max(bundle.Payload.Time, 0)
}
