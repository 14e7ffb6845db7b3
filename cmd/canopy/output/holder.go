package output

import (
	"io"

	"canopy/analysis/rbac"
	"canopy/model"
)

// Holders is what canopy who-can prints.
type Holders struct {
	Subjects []Holder `json:"subjects"`
	// Bypass names who passes without any grant.
	Bypass []string `json:"bypass"`
	// Complete tells that all that could grant it was seen; Reason says what was not.
	Complete bool     `json:"complete"`
	Reason   string   `json:"reason,omitempty"`
	Warnings []string `json:"warnings,omitempty"`

	question string
}

// Holder is one subject who may do what was asked.
type Holder struct {
	Subject model.Subject `json:"subject"`
	// Namespaces are those in which the subject may; ["*"] for all.
	Namespaces []string `json:"namespaces"`
	Via        []Grant  `json:"via"`
}

// NewHolders makes what is shown of those who may do something, which is told in words: "get secrets in namespace shop".
// Reason is empty where all that could grant it was seen; where is nil for a source that was not read from files.
func NewHolders(question string, list []rbac.Holder, reason string, where model.Locator, warnings []string) *Holders {
	out := &Holders{
		Subjects: make([]Holder, len(list)), Bypass: []string{model.Subject{Kind: model.GroupSubject, Name: rbac.Masters}.String()},
		Complete: reason == "", Reason: reason, Warnings: warnings, question: question,
	}
	lists := make([][]rbac.Grant, len(list))
	for i := range list {
		lists[i] = list[i].Via
	}
	at := locate(where, lists...)
	for i := range list {
		out.Subjects[i] = Holder{list[i].Subject, list[i].Namespaces, at.grants(list[i].Via)}
	}
	return out
}

// Write writes the holders for people, a row for each binding of a subject, and in the wide form for each of its rules.
func (h *Holders) Write(w io.Writer, style Style) error {
	above := []string{Numbered(len(h.Subjects), "subject") + " may " + h.question, h.Bypass[0] + " may do everything, whatever is bound"}
	if !h.Complete {
		above = append(above, "there may be more: "+h.Reason)
	}
	if len(h.Subjects) == 0 {
		for _, line := range above {
			if _, err := io.WriteString(w, style.Charset.Cut(line, maxLine)+"\n"); err != nil {
				return err
			}
		}
		return nil
	}
	g := &Grid{Titles: []string{"SUBJECT", "NAMESPACE", "THROUGH"}, Above: above}
	if style.Wide {
		g.Titles = append(g.Titles, "MATCH", "RULE", "GRANTS", "FILE")
	}
	for i := range h.Subjects {
		one := &h.Subjects[i]
		var last []string
		for j := range one.Via {
			grant := &one.Via[j]
			row := []string{Word(one.Subject.String()), scopeOf(grant), grant.through(style)}
			if style.Wide {
				row = append(row, subjectCell(grant), grant.rule(), grant.allows(), grant.RuleAt.String())
			} else if last != nil && last[1] == row[1] && last[2] == row[2] {
				continue
			}
			g.Add(row...)
			last = row
		}
	}
	return g.Write(w, style)
}

// scopeOf is where a grant holds: in the namespace of its binding, or everywhere.
func scopeOf(g *Grant) string {
	if g.Binding.Namespace == "" {
		return "*"
	}
	return Word(g.Binding.Namespace)
}
