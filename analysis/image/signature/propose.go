package signature

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/analysis/manifest"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// Proposal is a policy that would demand signatures where none does.
type Proposal struct {
	// Kind is that of the policy: of a tool that is installed, if one is. Document is YAML that only lacks what Needs names; it tells
	// and does not refuse.
	Kind, Document, Needs string
	// Installed tells that the cluster serves the kind.
	Installed bool
}

// proposed is the name of the policy.
const proposed = "canopy-verify-images"

// missing stands for a key that nobody knows here.
const missing = "<public key in PEM>"

// Propose makes a policy for namespaces; none is all of them. Who signs which images is taken from a policy that is there already.
// Equal input gives equal output, in whatever order the namespaces come.
func Propose(c *cluster.Cluster, namespaces []string) Proposal {
	namespaces = slices.Clone(namespaces)
	slices.Sort(namespaces)
	namespaces = slices.Compact(namespaces)
	kind, version, installed := chosen(c)
	s := sampleIn(c, kind)
	var needs []string
	if !installed {
		needs = append(needs, "Kyverno, of a version that serves policies.kyverno.io/v1, has to be installed first (sigstore's policy-controller will do too, with a policy of its own kind)")
	}
	if len(s.signers) == 0 {
		s.signers = []signer{{key: missing}}
		needs = append(needs, "the public key by which images are signed, in the place of "+missing+", or the identity and issuer of who signs")
	}
	if s.sigstore != (kind.Kind == "ClusterImagePolicy") {
		s.globs = nil
	}
	if len(s.globs) == 0 {
		s.globs = []string{"*"}
		if kind.Kind == "ClusterImagePolicy" {
			s.globs = []string{"**"}
		}
		needs = append(needs, "which images are signed: the pattern "+s.globs[0]+" means all of them")
	}
	var spec map[string]any
	switch kind.Kind {
	case "ImageValidatingPolicy":
		spec = s.validating(namespaces)
	case "ClusterPolicy":
		spec = s.kyverno(namespaces)
	default:
		spec = s.policy()
		needs = append(needs, sigstoreNeeds(c, namespaces)...)
	}
	body := map[string]any{
		"apiVersion": kind.Group + "/" + version, "kind": kind.Kind, "metadata": map[string]any{"name": proposed}, "spec": spec,
	}
	p := Proposal{Kind: kind.Kind, Needs: strings.Join(needs, "; "), Installed: installed}
	data, err := json.Marshal(body)
	if err != nil {
		panic(fmt.Sprintf("signature: a policy of texts and lists cannot be written: %v", err))
	}
	text, err := manifest.FromJSON(data)
	if err != nil {
		// Nothing but text that is no UTF-8 could come to this, and JSON has replaced that.
		panic(fmt.Sprintf("signature: a policy cannot be written as YAML: %v", err))
	}
	p.Document = string(text)
	return p
}

// chosen picks the kind of policy: of what is installed the one that is best kept up.
func chosen(c *cluster.Cluster) (kind *model.Kind, version string, installed bool) {
	for _, gk := range [...]schema.GroupKind{policyKinds[2], policyKinds[0], policyKinds[4]} {
		k := model.OptionalKind(gk)
		if v, ok := served(c, k); ok {
			return k, v, true
		}
	}
	k := model.OptionalKind(policyKinds[2])
	return k, k.Version, false
}

// served tells at which version a kind is served, by its definition or by an object of it.
func served(c *cluster.Cluster, k *model.Kind) (string, bool) {
	if d, ok := c.Get(model.KindByName("CustomResourceDefinition").Ref("", k.Resource+"."+k.Group)).(*record.Custom); ok {
		first := ""
		for _, v := range items(d.Body, "spec", "versions") {
			name := text(v, "name")
			switch {
			case !flag(v, false, "served") || name == "":
			case name == k.Version:
				return name, true
			case first == "":
				first = name
			}
		}
		if first != "" {
			return first, true
		}
	}
	for r := range c.All(k.GroupKind()) {
		return r.Ref().Version, true
	}
	return "", false
}

// sampleIn looks for a policy that tells who signs: one of the kind first, then of the others, by name.
func sampleIn(c *cluster.Cluster, kind *model.Kind) sample {
	for _, gk := range append([]schema.GroupKind{kind.GroupKind()}, policyKinds[:]...) {
		for _, r := range c.Sorted(gk) {
			p, ok := r.(*record.Custom)
			if !ok || len(rulesOf(p)) == 0 {
				continue
			}
			if s := sampleOf(p); len(s.signers) > 0 {
				return s
			}
		}
	}
	return sample{}
}

// sigstoreNeeds says what a ClusterImagePolicy needs besides: it holds only in namespaces that ask for it, and there what no policy
// matches is refused.
func sigstoreNeeds(c *cluster.Cluster, namespaces []string) []string {
	const label = "policy.sigstore.dev/include"
	var without []string
	for _, name := range namespaces {
		ns, ok := cluster.Find[*record.Typed[*corev1.Namespace]](c, "Namespace", "", name)
		if !ok || ns.Labels.Get(label) != "true" {
			without = append(without, name)
		}
	}
	needs := []string{"no-match-policy: warn in the ConfigMap config-policy-controller, since images that no policy matches are refused otherwise"}
	switch {
	case len(namespaces) == 0:
		needs = append(needs, "the label "+label+"=true on each namespace that is meant")
	case len(without) > 0:
		needs = append(needs, "the label "+label+"=true on "+strings.Join(without, ", "))
	}
	return needs
}
