package output

import (
	"fmt"
	"slices"
	"strings"

	"canopy/analysis/secret"
)

// Narrow leaves the Secrets that are named, with what is found on them: NAMESPACE/NAME, or a name alone where one namespace is shown.
// One that nobody knows of is an error.
func (d *Secrets) Narrow(names, shown []string) error {
	wanted := make([]string, len(names))
	for i, name := range names {
		full, err := fullName(name, shown)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(d.Secrets, func(s Secret) bool { return s.Ref.Namespace+"/"+s.Ref.Name == full }) {
			return fmt.Errorf("no Secret %s is there or named by anything that was read", full)
		}
		wanted[i] = full
	}
	if len(wanted) == 0 {
		return nil
	}
	d.Secrets = slices.DeleteFunc(d.Secrets, func(s Secret) bool { return !slices.Contains(wanted, s.Ref.Namespace+"/"+s.Ref.Name) })
	on := func(kind, namespace, name string) bool {
		return kind == "Secret" && slices.Contains(wanted, namespace+"/"+name)
	}
	d.Exposures = slices.DeleteFunc(d.Exposures, func(f Finding) bool { return !on(f.Object.Kind, f.Object.Namespace, f.Object.Name) })
	d.Certificates = slices.DeleteFunc(d.Certificates, func(c SecretCertificate) bool { return !on(c.Object.Kind, c.Object.Namespace, c.Object.Name) })
	d.narrow = true
	return nil
}

// fullName reads the name of a Secret: NAMESPACE/NAME, as the inventory has it; NAMESPACE/Secret/NAME, as findings have it; or a name
// alone in the one namespace that is shown.
func fullName(name string, shown []string) (string, error) {
	parts := strings.Split(name, "/")
	if len(parts) == 3 && strings.EqualFold(parts[1], "secret") {
		parts = []string{parts[0], parts[2]}
	}
	if len(parts) == 2 && (strings.EqualFold(parts[0], "secret") || strings.EqualFold(parts[0], "secrets")) && len(shown) == 1 {
		parts = parts[1:]
	}
	if len(parts) == 1 && len(shown) == 1 {
		parts = []string{shown[0], parts[0]}
	}
	if len(parts) != 2 || parts[0] == "" || parts[1] == "" {
		return "", fmt.Errorf("%q: want NAMESPACE/NAME of a Secret, or its name with -n NAMESPACE", name)
	}
	return parts[0] + "/" + parts[1], nil
}

// sheet says what a Secret is.
func (s *Secret) sheet(asked bool) note {
	lines := note{s.Ref.Namespace + "/" + s.Ref.Name}
	say := func(word, text string) {
		if text != "" && text != "-" {
			lines = append(lines, fmt.Sprintf("  %-11s %s", word, text))
		}
	}
	say("type", s.kind())
	say("keys", numeral(s.Keys))
	say("age", s.Age)
	say("changed", dash(s.Changed))
	say("manager", s.Manager)
	say("expires", dash(s.Expires))
	say("notes", s.notes())
	say("findings", strings.Join(s.Findings, " "))
	say("mounted by", strings.Join(s.mounted(), " "))
	if !asked && !s.Missing {
		say("values", "not read: metadata only; --inspect-secrets reads them once for facts")
	}
	return lines
}

func (s *Secret) readerPart(style Style) part {
	g := &Grid{Titles: []string{"CAN READ IT", "VERBS", "REACH", "BY"}, Fold: style.Width > 0 && !style.Wide}
	for i := range s.ReadBy {
		r := &s.ReadBy[i]
		by := make([]string, len(r.Via))
		for j, ref := range r.Via {
			by[j] = ref.String()
		}
		g.Add(r.Subject.String(), strings.Join(r.Verbs, " "), r.Reach, strings.Join(by, " "))
	}
	switch {
	case s.Missing:
		g.Above = []string{fmt.Sprintf("it is not there; by RBAC %s could read one of that name", count(len(s.ReadBy), "subject"))}
	case s.Readers == nil:
		g.Above = []string{fmt.Sprintf("who can read it is not known whole: not all that grants was seen; %s known", count(len(s.ReadBy), "subject"))}
	case *s.Readers == 0:
		return note{"no subject can read it by what RBAC grants"}
	default:
		n := secret.Count{Readers: *s.Readers, Get: *s.MayGet}
		g.Above = []string{fmt.Sprintf("%s can read it by RBAC: %s", count(n.Readers, "subject"), n.Words())}
	}
	if len(g.Rows) == 0 {
		return note(g.Above)
	}
	return g
}

func (s *Secret) usePart(style Style) part {
	g := &Grid{Titles: []string{"USED BY", "HOW", "PODS", "FIELD"}, Fold: style.Width > 0 && !style.Wide}
	for i := range s.UsedBy {
		u := &s.UsedBy[i]
		how := string(u.How)
		if u.Key != "" {
			how += ", key " + u.Key
		}
		if u.Optional {
			how += ", optional"
		}
		g.Add(u.Object.String(), how, fmt.Sprint(u.Pods), u.Path)
	}
	if len(g.Rows) == 0 {
		return note{"nothing that is read names it; programs may read it by the API"}
	}
	return g
}
