package output

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
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
	// Values is metadata, or inspected where the values were read for facts.
	Values string `json:"values"`
	// Unseen says what was not seen that counts here.
	Unseen []string `json:"unseen"`
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
	// Readers counts the subjects that RBAC lets read it; nil where the Secret is not there, or not all that grants was seen.
	Readers   *int        `json:"readers"`
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

// SecretCertificate is a certificate that is known without reading a Secret.
type SecretCertificate struct {
	Object  model.Ref `json:"object"`
	Path    string    `json:"path"`
	Subject string    `json:"subject"`
	Until   *string   `json:"until"`
}

// NewSecret makes what is shown of a Secret at a moment.
func NewSecret(s *secret.Secret, readers int, now time.Time) Secret {
	out := Secret{
		Ref: s.Ref, Type: s.Type, Age: days(s.Created, now), Changed: since(s.Changed), MountedBy: append([]model.Ref{}, s.MountedBy...), Expires: since(s.Expires),
		ExpiresFrom: s.ExpiryFrom, Missing: s.Missing, Manager: s.Manager, LastApplied: s.LastApplied, LastUsed: s.LastUsed, UsedBy: []SecretUse{}, Findings: some(s.Findings),
	}
	if s.Keys >= 0 && !s.Missing {
		out.Keys = &s.Keys
	}
	if !s.Missing {
		out.Readers = &readers
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
	return SecretCertificate{c.Object, c.Path, c.Subject, since(c.Until)}
}

func days(from int64, now time.Time) string {
	if from == 0 {
		return ""
	}
	return strconv.Itoa(max(0, int(now.Sub(time.Unix(from, 0)).Hours()/24))) + "d"
}

// Number gives equal values the same number, in the order in which they stand. A value that stands once has none.
func (d *Secrets) Number() {
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

// Write writes exposures and Secrets for people.
func (d *Secrets) Write(w io.Writer, style Style) error {
	if err := d.exposureGrid(style).Write(w, style); err != nil {
		return err
	}
	if _, err := fmt.Fprintln(w); err != nil {
		return err
	}
	if err := d.inventoryGrid(style).Write(w, style); err != nil {
		return err
	}
	if len(d.Certificates) == 0 {
		return nil
	}
	if _, err := fmt.Fprintln(w); err != nil {
		return err
	}
	g := &Grid{Titles: []string{"CERTIFICATE OF", "SUBJECT", "UNTIL", "WHERE"}}
	for i := range d.Certificates {
		c := &d.Certificates[i]
		g.Add(c.Object.String(), c.Subject, dash(c.Until), c.Path)
	}
	return g.Write(w, style)
}

func (d *Secrets) exposureGrid(style Style) *Grid {
	g := &Grid{Titles: []string{"SEVERITY", "RULE", "OBJECT", "WHAT", "WHERE"}, Fold: style.Width > 0 && !style.Wide}
	places := 0
	worst := slices.SortedStableFunc(slices.Values(d.Exposures), func(a, b Finding) int {
		return cmp.Or(cmp.Compare(b.Severity, a.Severity), cmp.Compare(a.Rule, b.Rule), a.Object.Compare(b.Object))
	})
	for i := range worst {
		f := &worst[i]
		for _, e := range f.Evidence {
			places++
			what := cmp.Or(e.Value, f.Title)
			if e.Same > 0 {
				what += fmt.Sprintf(", value %d", e.Same)
			}
			where := e.Path
			if e.Object != f.Object {
				where = Word(e.Object.String()) + " " + where
			}
			if e.File != "" {
				where += fmt.Sprintf(" (%s:%d)", e.File, e.Line)
			}
			g.Add(f.Severity.String(), f.Rule, f.Object.String(), what, where)
		}
	}
	g.Above = []string{fmt.Sprintf("%d credentials where they should not be, in %d objects; the number of a value is the same where the value is", places, len(d.Exposures))}
	if places == 0 {
		g.Above[0] = "no credentials were found where they should not be, in what was looked at"
	}
	return g
}

func (d *Secrets) inventoryGrid(style Style) *Grid {
	g := &Grid{Titles: []string{"SECRET", "TYPE", "KEYS", "AGE", "READERS", "MOUNTED BY", "EXPIRES", "FINDINGS"}, Below: d.Unseen}
	if style.Wide {
		g.Titles = append(g.Titles, "CHANGED", "MANAGER", "NOTES")
	}
	missing := 0
	for i := range d.Secrets {
		s := &d.Secrets[i]
		keys, readers := "-", "-"
		if s.Keys != nil {
			keys = strconv.Itoa(*s.Keys)
		}
		if s.Readers != nil {
			readers = strconv.Itoa(*s.Readers)
		}
		kind := cmp.Or(s.Type, "-")
		if s.Missing {
			missing++
			kind = "missing"
		}
		mounted := make([]string, len(s.MountedBy))
		for j, ref := range s.MountedBy {
			mounted[j] = ref.Kind + "/" + ref.Name
		}
		row := []string{s.Ref.Namespace + "/" + s.Ref.Name, kind, keys, cmp.Or(s.Age, "-"), readers, cmp.Or(strings.Join(mounted, " "), "-"), dash(s.Expires), cmp.Or(strings.Join(ruleIDs(s.Findings), " "), "-")}
		if style.Wide {
			row = append(row, dash(s.Changed), cmp.Or(s.Manager, "-"), s.notes())
		}
		g.Add(row...)
	}
	g.Above = []string{fmt.Sprintf("%d Secrets, %s; %d more are named and not there", len(d.Secrets)-missing, d.Values, missing)}
	return g
}

// ruleIDs takes the rules out of ids of findings.
func ruleIDs(ids []string) []string {
	list := make([]string, len(ids))
	for i, id := range ids {
		list[i], _, _ = strings.Cut(id, "/")
	}
	return list
}

func (s *Secret) notes() string {
	var notes []string
	if s.LastApplied {
		notes = append(notes, "a copy of it stands in its annotation")
	}
	if s.LastUsed != "" {
		notes = append(notes, "token last used "+s.LastUsed)
	}
	if f := s.Facts; f != nil {
		notes = append(notes, f.WeakKeys...)
		if len(f.Registries) > 0 {
			notes = append(notes, "credentials of "+strings.Join(f.Registries, " "))
		}
		if f.Failed != "" {
			notes = append(notes, "not read: "+f.Failed)
		}
	}
	if len(s.Copies) > 0 {
		notes = append(notes, fmt.Sprintf("in plain text in %d places", len(s.Copies)))
	}
	return strings.Join(notes, "; ")
}

// dash is the day of a moment.
func dash(t *string) string {
	if t == nil {
		return "-"
	}
	return (*t)[:len("2026-11-23")]
}
