package secrets

import (
	"fmt"
	"strings"

	"canopy/analysis/secret"
	"canopy/model/record"
	"canopy/ui/view"
	"canopy/ui/view/page"
)

// teller writes texts about Secrets.
type teller struct {
	*page.Page
	shared *view.Shared
}

// say adds an entry where there is something to say.
func (t *teller) say(word, text string) {
	if text != "" {
		t.Entry(word, t.In(t.Ink.Text, text))
	}
}

// secret tells what is known of a Secret. There is no value in it.
func (t *teller) secret(s *secret.Secret, readers secret.Count) {
	t.Para(t.In(t.Ink.Strong, s.Ref.Namespace+"/"+s.Ref.Name))
	t.Gap()
	if s.Missing {
		t.Entry("MISSING", t.In(t.Ink.Warn, "it is named, and is not there as far as Secrets were seen: whoever makes it decides what is in it"))
	}
	t.say("TYPE", s.Type)
	if s.Keys >= 0 {
		t.say("KEYS", fmt.Sprint(s.Keys))
	}
	t.say("CREATED", t.shared.Moment(s.Created))
	if at := t.shared.Moment(s.Changed); at != "" {
		by := ""
		if s.Writer != "" {
			by = " by a client that calls itself " + s.Writer
		}
		t.say("CHANGED", at+by)
	}
	t.say("MANAGER", s.Manager)
	if readers.Readers >= 0 {
		t.say("READERS", view.Count(readers.Readers, "subject")+" by RBAC"+how(readers))
	} else {
		t.Entry("READERS", t.In(t.Ink.Warn, "not known: what RBAC grants was not seen"))
	}
	t.token(s)
	if s.LastApplied {
		t.Entry("COPY", t.In(t.Ink.Warn, "its values stand in its own annotation kubectl.kubernetes.io/last-applied-configuration"))
	}
	if s.Expires != 0 {
		from := ""
		if s.ExpiryFrom != "" {
			from = ", as " + s.ExpiryFrom + " says"
		}
		t.say("EXPIRES", t.shared.Moment(s.Expires)+from)
	}
	t.facts(s.Facts)
	t.used(s)
	for i, c := range s.Copies {
		if i == 0 {
			t.Gap()
		}
		if i == most {
			t.Entry("", t.In(t.Ink.Faint, "and "+view.Count(len(s.Copies)-most, "more place")))
			break
		}
		t.Entry(first(i, "LEAKS"), t.In(t.Ink.Value, "one of its values stands in plain text in ")+t.In(t.Ink.Text, c.Object.String()+" "+c.Path))
	}
}

// first gives a word for the first of several entries.
func first(i int, word string) string {
	if i == 0 {
		return word
	}
	return ""
}

func (t *teller) token(s *secret.Secret) {
	if s.Account == "" {
		return
	}
	text := "of the old kind, of account " + s.Account
	if s.LastUsed != "" {
		text += ", last used " + s.LastUsed
	}
	if s.Invalid != "" {
		text += ", invalid since " + s.Invalid
	}
	t.Entry("TOKEN", t.In(t.Ink.Warn, text))
}

// facts tells what reading it once has shown.
func (t *teller) facts(f *record.SecretFacts) {
	if f == nil {
		t.Entry("VALUES", t.In(t.Ink.Faint, "never read"))
		return
	}
	if f.Failed != "" {
		t.Entry("VALUES", t.In(t.Ink.Warn, "could not be read: "+f.Failed))
		return
	}
	t.Entry("VALUES", t.In(t.Ink.Text, "read once at "+t.shared.Moment(f.Read)+"; facts alone are kept"))
	for i, c := range f.Certificates {
		if i == most {
			t.Entry("", t.In(t.Ink.Faint, "and "+view.Count(len(f.Certificates)-most, "more certificate")))
			break
		}
		t.Entry("", t.In(t.Ink.Text, "certificate "+c.Subject+" in "+c.Key+", "+c.Algorithm+", until "+t.shared.Moment(c.Until)))
	}
	if len(f.WeakKeys) > 0 {
		t.Entry("", t.In(t.Ink.Warn, "weak keys: "+view.Few(f.WeakKeys, most)))
	}
	if len(f.Registries) > 0 {
		t.Entry("", t.In(t.Ink.Text, "credentials for "+view.Few(f.Registries, most)))
	}
}

// used lists what names it.
func (t *teller) used(s *secret.Secret) {
	t.Gap()
	if len(s.References) == 0 {
		t.Entry("USED BY", t.In(t.Ink.Faint, "nothing that is read names it; programs may read it by the API"))
		return
	}
	for i := range s.References {
		if i == most {
			t.Entry("", t.In(t.Ink.Faint, "and "+view.Count(len(s.References)-most, "more use")))
			return
		}
		r := &s.References[i]
		t.Entry(first(i, "USED BY"), t.In(t.Ink.Text, r.From.String())+t.In(t.Ink.Faint, " "+howOf(r)))
	}
}

// howOf says how an object uses a Secret.
func howOf(r *secret.Reference) string {
	parts := []string{string(r.How)}
	if r.Key != "" {
		parts = append(parts, "key "+r.Key)
	}
	if r.Optional {
		parts = append(parts, "optional")
	}
	if r.Pods > 0 {
		parts = append(parts, view.Count(r.Pods, "pod"))
	}
	return strings.Join(parts, ", ")
}
