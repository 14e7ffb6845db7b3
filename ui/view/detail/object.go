package detail

import (
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/analysis/network/policy"
	"canopy/model"
	"canopy/model/record"
	"canopy/ui/keys"
	"canopy/ui/view"
	"canopy/ui/view/page"
)

// writeObject tells of an object: what it is, who owns it, what runs below it, and all that was found on it.
func (s *Screen) writeObject(p *page.Page) {
	kind := s.object.Kind + " " + s.object.Name
	if isCluster(s.object) {
		kind = wholeCluster
	}
	if s.object.Namespace != "" {
		kind += " in namespace " + s.object.Namespace
	}
	p.Para(p.In(p.Ink.Strong, kind))
	p.Gap()
	if s.facts == nil {
		p.Para(p.In(p.Ink.Faint, s.shared.Glyphs.Charset.Ellipsis()))
		return
	}
	own := s.facts.own
	if words := s.absence(); words != "" && len(own) == 0 && len(s.facts.family.pods) == 0 {
		p.Para(p.In(p.Ink.Warn, words))
		return
	}
	if at := s.facts.life.created; at != 0 {
		p.Entry("SINCE", p.In(p.Ink.Text, "created "+s.when(at)))
	}
	s.writeWriter(p, &s.facts.life)
	s.writeFamily(p, &s.facts.family)
	s.writeWays(p)
	s.writeEdits(p)
	if key := s.shared.Keys.Show(keys.Open); key != "" && s.machine() {
		p.Entry("NODE", p.In(p.Ink.Faint, key+" shows how old it is by each source, what runs on it, and what a drain stumbles over"))
	}
	switch {
	case len(own) == 0:
		s.writeClean(p)
	case own[0].Finding.Object != s.object:
		p.Gap()
		p.Para(p.In(p.Ink.Text, "It is judged with its owner."))
		s.writeRows(p, "FOUND", own)
	default:
		s.writeRows(p, "FOUND", own)
	}
	p.Gap()
	s.writeEvents(p)
	s.writePods(p, &s.facts.family)
}

// writeWriter says who wrote the object last.
func (s *Screen) writeWriter(p *page.Page, life *life) {
	if life.written != 0 && life.writer != "" {
		p.Entry("WRITTEN", p.In(p.Ink.Text, "last changed "+s.when(life.written)+" by a client that calls itself "+life.writer))
	}
}

// writeClean says that nothing was found, and never more than is known.
func (s *Screen) writeClean(p *page.Page) {
	p.Gap()
	switch {
	case !judged(s.object) && len(s.facts.family.pods) == 0:
		p.Entry("FOUND", p.In(p.Ink.Faint, "no rule of this version looks at this kind"))
		return
	case s.now.loading > 0:
		p.Entry("FOUND", p.In(p.Ink.Warn, "nothing so far: still loading"))
	case s.now.open > 0:
		p.Entry("FOUND", p.In(p.Ink.Warn, fmt.Sprintf("nothing, but %s could not be judged fully for want of what was not seen or told", view.Count(s.now.open, "rule"))))
	default:
		p.Entry("FOUND", p.In(p.Ink.Good, "nothing: every rule that looks at it could be judged"))
	}
	if s.object.Group == "" && s.object.Kind == "Node" {
		p.Entry("", p.In(p.Ink.Faint, "this is said of the node itself: what runs on it is judged apart"))
	}
	if themes := s.themes(); themes != "" {
		p.Entry("", p.In(p.Ink.Faint, "these are rules of "+themes+" only"))
	}
}

// themes names those of the rules that look at the object.
func (s *Screen) themes() string {
	var names []string
	for _, r := range s.looking {
		if name := strings.ReplaceAll(r.Theme, "-", " "); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}

// wholeCluster is what findings are on that no object lacks, but all of them.
const wholeCluster = "The cluster as a whole"

// isCluster tells that what is looked at is the cluster as a whole, which is no object.
func isCluster(o model.Ref) bool { return o.Group == model.GroupOwn && o.Kind == "Cluster" }

// judged tells whether findings can be on objects of a kind: those that hold a pod template, namespaces, accounts, those of
// RBAC, those that open or close the network, what holds or asks for credentials, what has a certificate, what is patched or keeps
// from it, and the cluster as a whole.
func judged(o model.Ref) bool {
	switch o.Group + "/" + o.Kind {
	case "/Namespace", "/ServiceAccount", "/Secret", "/ConfigMap", "/Service", model.GroupOwn + "/Cluster", model.GroupGatekeeper + "/K8sAllowedRepos",
		"admissionregistration.k8s.io/ValidatingWebhookConfiguration", "admissionregistration.k8s.io/MutatingWebhookConfiguration", "apiregistration.k8s.io/APIService", model.GroupNetwork + "/NetworkPolicy", model.GroupNetwork + "/Ingress",
		model.GroupGateway + "/Gateway", model.GroupRoute + "/Route",
		policy.Group + "/AdminNetworkPolicy", policy.Group + "/BaselineAdminNetworkPolicy", policy.Group + "/ClusterNetworkPolicy",
		"certificates.k8s.io/CertificateSigningRequest", "/Node", "policy/PodDisruptionBudget",
		model.GroupRBAC + "/Role", model.GroupRBAC + "/ClusterRole", model.GroupRBAC + "/RoleBinding", model.GroupRBAC + "/ClusterRoleBinding":
		return true
	}
	return record.TemplatePath(o.Kind) != "" && model.BuiltIn(o.GroupKind()) != nil
}

// needs tells whether a rule looks at objects of this kind. What holds a pod template is judged by its pods too, and what is
// no kind of Kubernetes itself by them alone.
func needs(r *model.Rule, o model.Ref) bool {
	kinds := r.NeedKinds()
	if isCluster(o) {
		// What is lacking as a whole: policies on signatures, a store of secrets, a certificate of the server that lasts; and the API
		// server, where it is no pod: its holes, its age, and what may not run with it.
		switch r.ID {
		case "IM05", "SE06", "SE08", "VP03", "VP04", "VP05":
			return true
		}
		return false
	}
	if slices.Contains(kinds, o.GroupKind()) {
		return true
	}
	builtIn := model.BuiltIn(o.GroupKind()) != nil
	return (builtIn && record.TemplatePath(o.Kind) != "" || !builtIn && !judged(o)) && slices.Contains(kinds, schema.GroupKind{Kind: "Pod"})
}

// amount counts findings; those that are not decided are told apart.
func amount(rows []*view.Row) string {
	open := 0
	for _, r := range rows {
		if r.Verdict != model.Yes {
			open++
		}
	}
	switch {
	case open == 0:
		return view.Count(len(rows), "finding")
	case open == len(rows):
		return fmt.Sprintf("%d not decided", open)
	}
	return fmt.Sprintf("%s, %d not decided", view.Count(len(rows)-open, "finding"), open)
}

// writeRows lists findings, with the letters of their severities.
func (s *Screen) writeRows(p *page.Page, word string, rows []*view.Row) {
	if len(rows) == 0 {
		return
	}
	p.Gap()
	on := rows[0].Finding.Object.Kind + " " + rows[0].Finding.Object.Name
	if isCluster(rows[0].Finding.Object) {
		on = strings.ToLower(wholeCluster[:1]) + wholeCluster[1:]
	}
	head := amount(rows) + " on " + on
	if key := s.shared.Keys.Show(keys.Related); key != "" && rows[0].Finding.Object == s.object {
		head += "; " + key + " lists them"
	}
	p.Entry(word, p.In(p.Ink.Text, head))
	for _, r := range rows {
		p.Item(p.In(p.Ink.Severity(r.Finding.Severity), s.shared.Fit(r.Severity(), 2)), p.In(p.Ink.Text, r.Finding.Rule.ID+" "+r.Finding.Rule.Title))
	}
}
