package command

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"canopy/analysis/admission"
	"canopy/ui/text"
)

var errNoGuardDocument = errors.New("guard: a policy without a document")

// writeGuard writes one stream of YAML, each policy behind comments that say what to know before it is applied.
func writeGuard(w io.Writer, g *admission.Guard, enforce bool) error {
	first := true
	for i := range g.Policies {
		p := &g.Policies[i]
		list := documents(p, enforce)
		for n, d := range list {
			if len(d.YAML) == 0 {
				return errNoGuardDocument
			}
			if !first {
				if _, err := io.WriteString(w, "---\n"); err != nil {
					return err
				}
			}
			first = false
			if n == 0 {
				if err := aboutPolicy(w, p); err != nil {
					return err
				}
			}
			if _, err := w.Write(d.YAML); err != nil {
				return err
			}
		}
	}
	for _, without := range g.Without {
		if err := remark(w, "no guard for "+without.Rule+": "+without.Text); err != nil {
			return err
		}
	}
	return nil
}

func aboutPolicy(w io.Writer, p *admission.Policy) error {
	where := "objects that are in no namespace"
	if n := len(p.Namespaces); n > 0 {
		where = "namespace " + few(slices.Clone(p.Namespaces))
	}
	if err := remark(w, "guards "+strings.Join(p.Rules, " ")+": "+where); err != nil {
		return err
	}
	for _, e := range p.Evidence {
		if err := remark(w, "  - "+e); err != nil {
			return err
		}
	}
	return nil
}

// remark writes a line of comment that nothing leads out of.
func remark(w io.Writer, line string) error {
	_, err := fmt.Fprintf(w, "# %s\n", text.Clean(line))
	return err
}
