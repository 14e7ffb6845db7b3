package signature

import (
	"slices"
	"strings"

	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/inorder"
)

// Demand is what policies demand of a whole namespace.
type Demand struct {
	// Policies are those that demand signatures of some images in it, sorted; Enforced tells that one of them refuses. One that nothing
	// asks, since the webhook of its tool is missing or leaves the namespace out, is none of them: Escapes names it.
	Policies []model.Ref
	Enforced bool
	// Escapes says in words what gets past them: "images other than registry.example/*", "pods with the label skip=yes".
	Escapes []string
	// Doubt says what could not be read or evaluated; "" where nothing. Policies that may or may not reach the namespace are named in it
	// alone.
	Doubt string
}

// Demands says what is demanded in a namespace.
func (e *Evaluator) Demands(c *cluster.Cluster, namespace string) Demand {
	l := e.in(c, namespace)
	var d Demand
	var doubts []string
	if l.unseen != "" {
		doubts = append(doubts, l.unseen)
	}
	for i := range l.reached {
		r := &l.reached[i]
		switch {
		case r.dead != "":
			d.Escapes = append(d.Escapes, "everything: "+r.dead)
			continue
		case r.doubt != "":
			doubts = append(doubts, "whether "+r.ref.String()+" holds here: "+r.doubt)
			continue
		}
		if r.vague != "" {
			doubts = append(doubts, r.vague)
		}
		d.Policies = append(d.Policies, r.ref)
		switch r.refusing(&l.place) {
		case yes:
			d.Enforced = true
		case perhaps:
			doubts = append(doubts, "whether "+r.ref.String()+" refuses here: the labels of the namespace were not seen")
		}
		d.Escapes = append(d.Escapes, r.escapes(&l.place)...)
		d.Escapes = append(d.Escapes, r.past()...)
		d.Escapes = append(d.Escapes, r.excepted...)
	}
	inorder.Sort(d.Policies, model.Ref.Compare)
	d.Policies = slices.Compact(d.Policies)
	slices.Sort(d.Escapes)
	d.Escapes = slices.Compact(d.Escapes)
	slices.Sort(doubts)
	d.Doubt = strings.Join(slices.Compact(doubts), "; ")
	return d
}

// past says what gets past the webhooks of a rule: what gets past every one of them.
func (r *reached) past() []string {
	var said []string
	for i, h := range r.hooks {
		one := h.past()
		if i == 0 {
			said = one
			continue
		}
		said = slices.DeleteFunc(said, func(s string) bool { return !slices.Contains(one, s) })
	}
	return said
}

func (h *hook) past() []string {
	said := h.filter.others()
	if h.open {
		said = append(said, "everything while "+h.tool.String()+" cannot be asked, since failurePolicy of its webhook is Ignore")
	}
	if !h.updates {
		said = append(said, "images that are changed in pods that run")
	}
	if !h.ephemeral {
		said = append(said, ephemerals)
	}
	return said
}
