package bundle

import (
	"bytes"
	"strings"

	"canopy/analysis/admission"
)

// guarded tells that there is a guard.
func (b *builder) guarded() bool { return b.Guard != nil && len(b.Guard.Policies) > 0 }

// guardFiles gives the guard: the policies with the bindings that warn, and the bindings that refuse.
func (b *builder) guardFiles() []File {
	if !b.guarded() {
		return nil
	}
	var warn, refuse bytes.Buffer
	comment(&warn, "The first stage: what breaks a rule is warned of and noted in the audit log; nothing is refused.")
	comment(&warn, "use: kubectl apply -f "+guardFile)
	comment(&refuse, "The second stage: what breaks a rule is refused. These bindings take the place of those that warn.")
	comment(&refuse, "Apply it once the audit log is quiet: kubectl apply -f "+enforceFile)
	enforced := false
	for i := range b.Guard.Policies {
		p := &b.Guard.Policies[i]
		for j := range p.Documents {
			if j == 0 {
				b.aboutPolicy(&warn, p)
			} else {
				warn.WriteString("---\n")
			}
			warn.Write(p.Documents[j].YAML)
		}
		if len(p.Enforce.YAML) > 0 {
			enforced = true
			b.aboutPolicy(&refuse, p)
			refuse.Write(p.Enforce.YAML)
		}
	}
	files := []File{{Name: guardFile, Content: warn.Bytes()}}
	if enforced {
		files = append(files, File{Name: enforceFile, Content: refuse.Bytes()})
	}
	return files
}

// enforceable tells that there is a second stage.
func (b *builder) enforceable() bool {
	if !b.guarded() {
		return false
	}
	for i := range b.Guard.Policies {
		if len(b.Guard.Policies[i].Enforce.YAML) > 0 {
			return true
		}
	}
	return false
}

func (b *builder) aboutPolicy(out *bytes.Buffer, p *admission.Policy) {
	out.WriteString("---\n")
	for _, id := range p.Rules {
		comment(out, "for "+id+" "+b.titleOf(id))
	}
	if len(p.Namespaces) > 0 {
		comment(out, "in "+strings.Join(p.Namespaces, ", "))
	}
	for _, e := range p.Evidence {
		comment(out, "- "+e)
	}
}

// titleOf gives the title of a rule; "" for one that the catalogue does not have.
func (b *builder) titleOf(id string) string {
	if r := b.rules[id]; r != nil {
		return r.Title
	}
	return ""
}
