package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"

	"canopy/analysis/image/reference"
)

// vexDocument is what is read of OpenVEX 0.0.1 to 0.2.0.
type vexDocument struct {
	Author     string         `json:"author"`
	Timestamp  string         `json:"timestamp"`
	Updated    string         `json:"last_updated"`
	Statements []vexStatement `json:"statements"`
}

type vexStatement struct {
	Vulnerability   vexVulnerability `json:"vulnerability"`
	Timestamp       string           `json:"timestamp"`
	Updated         string           `json:"last_updated"`
	Products        []vexProduct     `json:"products"`
	Subcomponents   []vexProduct     `json:"subcomponents"`
	Status          string           `json:"status"`
	StatusNotes     string           `json:"status_notes"`
	Justification   string           `json:"justification"`
	ImpactStatement string           `json:"impact_statement"`
	ActionStatement string           `json:"action_statement"`
}

// vexVulnerability is an object; before version 0.2.0 it was a text.
type vexVulnerability struct {
	ID      string   `json:"@id"`
	Name    string   `json:"name"`
	Aliases []string `json:"aliases"`
}

// UnmarshalJSON reads both forms.
func (v *vexVulnerability) UnmarshalJSON(data []byte) error {
	if bytes.HasPrefix(data, []byte{'"'}) {
		return unplaced(json.Unmarshal(data, &v.Name))
	}
	type plain vexVulnerability
	return unplaced(json.Unmarshal(data, (*plain)(v)))
}

// vexProduct is an object; before version 0.2.0 it was a text.
type vexProduct struct {
	ID            string            `json:"@id"`
	Identifiers   map[string]string `json:"identifiers"`
	Hashes        map[string]string `json:"hashes"`
	Subcomponents []vexProduct      `json:"subcomponents"`
}

// UnmarshalJSON reads both forms.
func (p *vexProduct) UnmarshalJSON(data []byte) error {
	if bytes.HasPrefix(data, []byte{'"'}) {
		return unplaced(json.Unmarshal(data, &p.ID))
	}
	type plain vexProduct
	return unplaced(json.Unmarshal(data, (*plain)(p)))
}

func (r *reader) openVEX() error {
	var doc vexDocument
	if err := decode(r.data, &doc); err != nil {
		return err
	}
	made := max(unix(doc.Timestamp), unix(doc.Updated))
	for i := range doc.Statements {
		s := &doc.Statements[i]
		out := Statement{
			Status: vexStatus(s.Status), Justification: s.Justification, Reason: first(s.ImpactStatement, s.StatusNotes, s.ActionStatement),
			At: max(unix(s.Timestamp), unix(s.Updated)), Author: doc.Author, Origin: r.origin,
		}
		if out.Status == "" {
			return at(item("statements", i, "status"), fmt.Sprintf("want not_affected, affected, fixed or under_investigation, found %s", first(firstLine(s.Status), "none")))
		}
		if out.At == 0 {
			out.At = made
		}
		v := &s.Vulnerability
		// In version 0.0.1 the identifier of the object was its name.
		for _, name := range slices.Concat([]string{first(v.Name, v.ID)}, v.Aliases) {
			if name != "" && !slices.Contains(out.Vulnerabilities, name) {
				out.Vulnerabilities = append(out.Vulnerabilities, name)
			}
		}
		if len(out.Vulnerabilities) == 0 {
			return at(item("statements", i, "vulnerability.name"), "is missing")
		}
		for j := range s.Products {
			p := s.Products[j].product()
			for k := range s.Subcomponents {
				p.Parts = append(p.Parts, s.Subcomponents[k].part())
			}
			out.Products = append(out.Products, p)
		}
		r.into.Statements = append(r.into.Statements, out)
	}
	return nil
}

func (p *vexProduct) product() Product {
	out := Product{IDs: p.ids()}
	for _, name := range []string{"sha-256", "sha256", "sha-512", "sha512"} {
		algorithm := "sha256:"
		if name[len(name)-3:] == "512" {
			algorithm = "sha512:"
		}
		if d := algorithm + p.Hashes[name]; reference.Digest(d) {
			out.Digests = append(out.Digests, d)
		}
	}
	for i := range p.Subcomponents {
		out.Parts = append(out.Parts, p.Subcomponents[i].part())
	}
	return out
}

// ids are the identifier of the object, and the package URL that is named beside it. Those of other kinds say nothing that could be
// compared.
func (p *vexProduct) ids() (ids []string) {
	for _, id := range []string{p.ID, p.Identifiers["purl"]} {
		if id != "" && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids
}

// part is the package URL of a subcomponent. One that has none stays, as something that matches no package.
func (p *vexProduct) part() string { return first(p.Identifiers["purl"], p.ID) }
