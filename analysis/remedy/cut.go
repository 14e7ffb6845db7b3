package remedy

import (
	"fmt"
	"slices"
	"strings"

	rbacv1 "k8s.io/api/rbac/v1"

	"canopy/analysis/privilege"
	"canopy/analysis/rbac"
	"canopy/analysis/rbac/stock"
	"canopy/model"
)

// cut is what is to be taken from one binding.
type cut struct {
	b        rbac.Binding
	findings []*model.Finding
	// gone are the subjects to take out, by index.
	gone []int
	// rewrite is what becomes of the rules of its role, takes how; lost is what goes by that.
	rewrite *rewrite
	takes   []func(*lexicon, rbacv1.PolicyRule) rest
	lost    []rbacv1.PolicyRule
	// remove tells that nothing is left of it; inPlace that its role is changed for it, and why tells why not.
	remove, inPlace bool
	why             string
	class           breakage
	// people says what happens to subjects, evidence the rest.
	people, evidence []string
}

// cut plans what is taken from a binding; nil where it is none, where Kubernetes ships it, or where nothing can be done.
func (r *rights) cut(ref model.Ref) *cut {
	b, ok := r.now.access.Binding(ref)
	if !ok || !strings.HasSuffix(ref.Kind, "Binding") {
		return nil
	}
	if state, _ := r.judge(&b); state != stock.NotStock {
		return nil
	}
	c := &cut{b: b}
	for _, f := range r.asked[ref] {
		if f.Rule.ID != "LP28" {
			c.findings = append(c.findings, f)
		}
	}
	if len(c.findings) == 0 {
		return nil
	}
	rules := r.now.rules(b.Role)
	c.rewrite = newRewrite(rules)
	if r.baseless(c) {
		return c
	}
	r.takeSubjects(c)
	if c.remove {
		return c
	}
	r.takeRights(c)
	if c.remove || len(c.gone) > 0 || c.rewrite.changed() {
		return c
	}
	return nil
}

func (c *cut) has(rule string) bool {
	return slices.ContainsFunc(c.findings, func(f *model.Finding) bool { return f.Rule.ID == rule })
}

// baseless tells a binding to a role that does not exist.
func (r *rights) baseless(c *cut) bool {
	k := model.KindOf(c.b.Role.GroupKind())
	missing := !c.b.Exists && (k == nil || k.Namespaced != (c.b.Role.Namespace != "") || r.now.complete(c.b.Role))
	if !missing || !c.has("LP24") {
		return false
	}
	c.remove, c.class = true, likelySafe
	say(&c.people, "%s %s does not exist, so that the binding gives nothing to %s until somebody makes it", c.b.Role.Kind, c.b.Role.Name, whom(c.b.Subjects, c.b.Ref.Namespace))
	return true
}

// takeSubjects takes out whom nothing should be bound to, and who does not exist.
func (r *rights) takeSubjects(c *cut) {
	for i := range c.b.Subjects {
		s := rbac.SubjectOf(&c.b.Subjects[i], c.b.Ref.Namespace)
		for _, kind := range [...]struct {
			rule, why string
			is        bool
		}{
			{"LP24", "it matches nobody", s.IsZero()},
			{"LP24", "no such account exists: whoever makes it would hold the grant", r.absent(s)},
			{"LP02", "the API server lets this group do everything whatever is bound to it: its members lose nothing", s.Kind == model.GroupSubject && s.Name == rbac.Masters},
			{"LP03", "who shows no credentials loses it, and nobody else", s.Kind == model.GroupSubject && s.Name == rbac.Unauthenticated || s.Kind == model.UserSubject && s.Name == rbac.Anonymous},
			{"LP04", "whoever uses it by no other binding loses it: bind the role to the groups or accounts that do first", s.Kind == model.GroupSubject && s.Name == rbac.Authenticated},
		} {
			if kind.is && c.has(kind.rule) && !slices.Contains(c.gone, i) {
				c.gone = append(c.gone, i)
				say(&c.people, "takes out %s: %s", whom(c.b.Subjects[i:i+1], c.b.Ref.Namespace), kind.why)
			}
		}
	}
	if len(c.gone) > 0 {
		var who []rbacv1.Subject
		for _, i := range c.gone {
			who = append(who, c.b.Subjects[i])
		}
		c.people = slices.Insert(c.people, 0, fmt.Sprintf("removes: %s, %s, from %s", sentences(effective(c.rewrite.rules(), c.b.Ref.Namespace)), where(c.b.Ref.Namespace), whom(who, c.b.Ref.Namespace)))
	}
	if strings.HasPrefix(c.b.Ref.Name, "kubeadm:bootstrap-signer-clusterinfo") && c.has("LP03") {
		say(&c.people, "kubeadm made it: machines that join by a token read cluster-info before they have credentials; with --discovery-file they need not")
	}
	if len(c.gone) == len(c.b.Subjects) {
		c.remove = true
		say(&c.people, "nobody else is bound by it, so that it goes as a whole")
	}
}

// absent tells an account that does not exist, under whichever name it is bound. The default account is made with its
// namespace.
func (r *rights) absent(s model.Subject) bool {
	if name, ok := accountUser(s.Name); ok && s.Kind == model.UserSubject {
		s = model.Subject{Kind: model.AccountSubject, Namespace: name.Namespace, Name: name.Name}
	}
	if s.Kind != model.AccountSubject || s.Name == defaultAccount {
		return false
	}
	ref := model.KindByName("ServiceAccount").Ref(s.Namespace, s.Name)
	return r.now.c.Get(ref) == nil && r.now.complete(ref)
}

// stay lists the subjects that are kept.
func (c *cut) stay() []rbacv1.Subject {
	var list []rbacv1.Subject
	for i := range c.b.Subjects {
		if !slices.Contains(c.gone, i) {
			list = append(list, c.b.Subjects[i])
		}
	}
	return list
}

// takeRights takes the permissions of the findings, and no other.
func (r *rights) takeRights(c *cut) {
	namespace, stay := c.b.Ref.Namespace, c.stay()
	words := r.lexicon.in(namespace)
	if c.has("LP01") {
		c.take(words, func(_ *lexicon, rule rbacv1.PolicyRule) rest {
			if rbac.GrantsAll(&rule) {
				return rest{gone: []rbacv1.PolicyRule{rule}}
			}
			return rest{untouched: true}
		})
		r.explainAll(c, stay)
	}
	crowd, asked := true, false
	for _, s := range stay {
		crowd = crowd && s.Kind == rbacv1.GroupKind && s.Name == rbac.AllAccounts
	}
	for _, f := range c.findings {
		// Every need that goes closes ways, so that there are fewer at each turn.
		for range 64 {
			needs := r.offence(&c.b, c.rewrite.rules(), f.Rule.ID)
			if len(needs) == 0 {
				break
			}
			asked = true
			for _, n := range needs {
				c.take(words, func(l *lexicon, rule rbacv1.PolicyRule) rest {
					if !privilege.Meets(n, &rule) {
						return rest{untouched: true}
					}
					return l.without(rule, n)
				})
			}
		}
	}
	left := effective(c.rewrite.rules(), namespace)
	resources := slices.ContainsFunc(left, func(p rbacv1.PolicyRule) bool { return len(p.Resources) > 0 })
	switch {
	case !c.rewrite.changed():
		return
	case !resources && (len(left) == 0 || c.has("LP01")):
		c.remove = true
		say(&c.evidence, "nothing is left of what it gives, so that it goes as a whole")
	case crowd && asked:
		// Who of all accounts uses it nobody knows: whoever does gets a binding of their own.
		c.remove = true
		say(&c.evidence, "%s is every service account, those to come included: who of them uses it has to be found out, by audit events that name the binding", whom(stay, namespace))
		say(&c.evidence, "bind the one that does before: %s", narrow(&c.b))
		say(&c.evidence, "also goes: %s", sentences(left))
	}
	c.evidence = slices.Insert(c.evidence, 0, fmt.Sprintf("removes: %s, %s, from %s", sentences(joined(c.lost)), where(namespace), whom(stay, namespace)))
	for i := range stay {
		if s := rbac.SubjectOf(&stay[i], namespace); r.isSystem(s) {
			c.class = outage
			say(&c.evidence, "%s is a part of the cluster itself: its vendor decides what it needs; a network plug-in or volume driver that loses it takes nodes down", s)
		}
	}
}

// take applies one way of taking something to all rules.
func (c *cut) take(words *lexicon, f func(*lexicon, rbacv1.PolicyRule) rest) {
	c.takes = append(c.takes, f)
	c.rewrite.each(func(rule rbacv1.PolicyRule) ([]rbacv1.PolicyRule, bool) {
		x := f(words, rule)
		c.lost = append(c.lost, x.gone...)
		if len(x.gone) > 0 && x.spelt {
			say(&c.evidence, "a wildcard is written out in the words of Kubernetes %s and of the CustomResourceDefinitions that were seen: what it granted on kinds that are not known here, or come later, is lost; kubectl api-resources lists them", words.version)
		}
		if len(x.gone) > 0 && x.unnamed {
			say(&c.evidence, "RBAC cannot leave out single objects: where others are written by it, add a rule with their resourceNames")
		}
		return x.left, x.untouched
	})
}

// explainAll says what to look at before control of the cluster is taken away.
func (r *rights) explainAll(c *cut, stay []rbacv1.Subject) {
	c.class = outage
	who := whom(stay, c.b.Ref.Namespace)
	say(&c.evidence, "what %s needs cannot be told from here: audit events whose annotation authorization.k8s.io/reason names this binding show what is really done by it", who)
	for i := range stay {
		if s := rbac.SubjectOf(&stay[i], c.b.Ref.Namespace); !s.IsZero() && i < 3 {
			say(&c.evidence, "canopy can %s lists what it holds by other bindings too", quote(s.String()))
		}
	}
	say(&c.evidence, "bind a role with just that before this is carried out")
}

// narrow gives the command that binds the role of a binding to one account.
func narrow(b *rbac.Binding) string {
	kind, flag := "rolebinding", "--role"
	if b.Cluster() {
		kind = "clusterrolebinding"
	}
	if b.Role.Kind == "ClusterRole" {
		flag = "--clusterrole"
	}
	s := "kubectl create " + kind + " NAME " + flag + "=" + quote(b.Role.Name) + " --serviceaccount=NAMESPACE:ACCOUNT"
	if !b.Cluster() {
		s += " --namespace " + quote(b.Ref.Namespace)
	}
	return s
}
