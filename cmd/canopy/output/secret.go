package output

import (
	"cmp"
	"fmt"
	"strconv"
	"time"

	"canopy/analysis/secret"
	"canopy/model"
)

// Secrets is what canopy secrets prints.
type Secrets struct {
	// Exposures are the findings on credentials that stand where they should not.
	Exposures    []Finding           `json:"exposures"`
	Secrets      []Secret            `json:"secrets"`
	Certificates []SecretCertificate `json:"certificates"`
	// Values is metadata, or inspected where the values of all were read for facts, partly inspected where those of some were.
	Values string `json:"values"`
	// Inspected says how many were read, where that was asked for.
	Inspected *Inspected `json:"inspected,omitempty"`
	// Unseen says what was not seen that counts here.
	Unseen []string `json:"unseen"`
	// narrow tells that single Secrets were asked for.
	narrow bool
}

// What Secrets.Values says.
const (
	valuesUnread = "metadata"
	valuesRead   = "inspected"
	valuesPartly = "partly inspected"
)

// Inspected counts the Secrets whose values were read for facts, of those that are there.
type Inspected struct {
	Read int `json:"read"`
	Of   int `json:"of"`
}

// Secret is one Secret, without values.
type Secret struct {
	Ref  model.Ref `json:"ref"`
	Type string    `json:"type"`
	// Keys is nil where the number is not known.
	Keys *int `json:"keys"`
	// Age is that of the object, in days: "312d"; "" where unknown. Changed is when its data was last written.
	Age     string  `json:"age"`
	Changed *string `json:"changed"`
	// Readers counts the subjects that RBAC lets read it, MayGet those of them that may get it: the others list or watch. Both are nil
	// where the Secret is not there, or not all that grants was seen. ReadBy are those that are known, in any case.
	Readers *int           `json:"readers"`
	MayGet  *int           `json:"mayGet"`
	ReadBy  []SecretReader `json:"readBy"`
	// MountedBy are the top owners of pods whose pods have it, or would have by their template.
	MountedBy []model.Ref `json:"mountedBy"`
	Expires   *string     `json:"expires,omitempty"`
	// ExpiresFrom says how that is known.
	ExpiresFrom string      `json:"expiresFrom,omitempty"`
	Missing     bool        `json:"missing,omitempty"`
	Manager     string      `json:"manager,omitempty"`
	LastApplied bool        `json:"lastApplied,omitempty"`
	LastUsed    string      `json:"lastUsed,omitempty"`
	UsedBy      []SecretUse `json:"usedBy"`
	Findings    []string    `json:"findings"`
	Facts       *Facts      `json:"facts,omitempty"`
	Copies      []Evidence  `json:"copies,omitempty"`
}

// SecretReader is a subject that RBAC lets read a Secret.
type SecretReader struct {
	Subject model.Subject `json:"subject"`
	Verbs   []string      `json:"verbs"`
	// Reach is what it reads by that: this one by its name, all of the namespace, or all of the cluster.
	Reach string `json:"reach"`
	// Via are the bindings.
	Via []model.Ref `json:"via"`
}

// SecretUse is one reference to a Secret.
type SecretUse struct {
	Object   model.Ref  `json:"object"`
	How      secret.How `json:"how"`
	Path     string     `json:"path"`
	Key      string     `json:"key,omitempty"`
	Optional bool       `json:"optional,omitempty"`
	Pods     int        `json:"pods,omitempty"`
}

// Facts are what reading the values has shown.
type Facts struct {
	Read         *string           `json:"read"`
	Certificates []FactCertificate `json:"certificates,omitempty"`
	WeakKeys     []string          `json:"weakKeys,omitempty"`
	Registries   []string          `json:"registries,omitempty"`
	Failed       string            `json:"failed,omitempty"`
}

// FactCertificate is a certificate in a Secret.
type FactCertificate struct {
	Key       string  `json:"key"`
	Subject   string  `json:"subject"`
	Issuer    string  `json:"issuer"`
	Algorithm string  `json:"algorithm"`
	Until     *string `json:"until"`
}

// SecretCertificate is a certificate whose end is known: of a webhook, an API service, the server, or of a Secret.
type SecretCertificate struct {
	Object  model.Ref `json:"object"`
	Path    string    `json:"path"`
	Subject string    `json:"subject"`
	Until   *string   `json:"until"`
	// From says how that is known.
	From string `json:"from"`
}

// NewSecret makes what is shown of a Secret at a moment, with who can read it.
func NewSecret(s *secret.Secret, readers []secret.Reader, now time.Time) Secret {
	out := Secret{
		Ref: s.Ref, ReadBy: []SecretReader{}, Type: s.Type, Age: days(s.Created, now), Changed: since(s.Changed), MountedBy: append([]model.Ref{}, s.MountedBy...), Expires: since(s.Expires),
		ExpiresFrom: s.ExpiryFrom, Missing: s.Missing, Manager: s.Manager, LastApplied: s.LastApplied, LastUsed: s.LastUsed, UsedBy: []SecretUse{}, Findings: some(s.Findings),
	}
	if s.Keys >= 0 && !s.Missing {
		out.Keys = &s.Keys
	}
	if !s.Missing {
		n := secret.Counted(readers)
		out.Readers, out.MayGet = &n.Readers, &n.Get
	}
	for i := range readers {
		r := &readers[i]
		out.ReadBy = append(out.ReadBy, SecretReader{r.Subject, r.Verbs, r.Reach(), r.Via})
	}
	for i := range s.References {
		u := &s.References[i]
		out.UsedBy = append(out.UsedBy, SecretUse{u.From, u.How, u.Path, u.Key, u.Optional, u.Pods})
	}
	if f := s.Facts; f != nil {
		out.Facts = &Facts{Read: since(f.Read), WeakKeys: f.WeakKeys, Registries: f.Registries, Failed: f.Failed}
		for _, c := range f.Certificates {
			out.Facts.Certificates = append(out.Facts.Certificates, FactCertificate{c.Key, c.Subject, c.Issuer, c.Algorithm, since(c.Until)})
		}
	}
	for _, e := range s.Copies {
		out.Copies = append(out.Copies, Evidence{Evidence: e})
	}
	return out
}

// NewSecretCertificate makes what is shown of a certificate.
func NewSecretCertificate(c *secret.Certificate) SecretCertificate {
	return SecretCertificate{c.Object, c.Path, c.Subject, since(c.Until), "its field"}
}

// certificates gives those of a Secret whose end is known.
func (s *Secret) certificates() []SecretCertificate {
	if s.Facts == nil || len(s.Facts.Certificates) == 0 {
		if s.Expires == nil {
			return nil
		}
		return []SecretCertificate{{Object: s.Ref, Until: s.Expires, From: cmp.Or(s.ExpiresFrom, "unknown")}}
	}
	list := make([]SecretCertificate, len(s.Facts.Certificates))
	for i, c := range s.Facts.Certificates {
		list[i] = SecretCertificate{s.Ref, "data." + c.Key, c.Subject, c.Until, "reading it"}
	}
	return list
}

// Finish works out what follows from the Secrets: numbers of equal values, certificates, and how much was read, where that was asked for.
func (d *Secrets) Finish(inspect bool) {
	d.number()
	n, failed := &Inspected{}, ""
	for i := range d.Secrets {
		s := &d.Secrets[i]
		d.Certificates = append(d.Certificates, s.certificates()...)
		switch {
		case s.Missing:
			continue
		case s.Facts != nil && s.Facts.Failed == "":
			n.Read++
		case s.Facts != nil:
			failed = cmp.Or(failed, s.Facts.Failed)
		}
		n.Of++
	}
	d.Values = valuesUnread
	if !inspect {
		return
	}
	d.Inspected = n
	switch {
	case n.Read == n.Of:
		d.Values = valuesRead
		return
	case n.Read > 0:
		d.Values = valuesPartly
	}
	d.Unseen = append(d.Unseen, fmt.Sprintf("%d of %s inspected: %s", n.Read, count(n.Of, "Secret"), cmp.Or(failed, "the others were not there any more")))
}

func days(from int64, now time.Time) string {
	if from == 0 {
		return ""
	}
	return strconv.Itoa(max(0, int(now.Sub(time.Unix(from, 0)).Hours()/24))) + "d"
}

// number gives equal values the same number, in the order in which they stand. A value that stands once has none.
func (d *Secrets) number() {
	var lists [][]Evidence
	for i := range d.Exposures {
		lists = append(lists, d.Exposures[i].Evidence)
	}
	for i := range d.Secrets {
		lists = append(lists, d.Secrets[i].Copies)
	}
	number(lists...)
}

// number gives equal values of evidence the same number.
func number(lists ...[]Evidence) {
	count := map[uint64]int{}
	for _, list := range lists {
		for i := range list {
			count[list[i].Print]++
		}
	}
	numbers := map[uint64]int{}
	for _, list := range lists {
		for i := range list {
			e := &list[i]
			if e.Print == 0 || count[e.Print] < 2 {
				continue
			}
			if numbers[e.Print] == 0 {
				numbers[e.Print] = len(numbers) + 1
			}
			e.Same = numbers[e.Print]
		}
	}
}
