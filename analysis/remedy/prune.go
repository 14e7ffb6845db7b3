package remedy

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/types"

	"canopy/analysis/network"
	"canopy/analysis/network/policy"
	"canopy/model"
)

// prune is NW06 and NW16 to NW18: what of a NetworkPolicy does nothing goes, as long as the evaluator says that nothing
// changes by it. Rules that cover each other go one at a time, so that one of them stays.
func (s *segments) prune(f *model.Finding) error {
	if s.networkPolicy(f.Object) == nil {
		s.inWords(f)
		return nil
	}
	if s.dropped[f.Object] {
		return s.dropPolicy(f)
	}
	var all []operation
	for range evidenceOf(f) {
		ops, err := s.pruneOne(f)
		if err != nil {
			return err
		}
		if len(ops) == 0 {
			break
		}
		all = append(all, ops...)
	}
	if len(all) == 0 {
		s.inWords(f)
		return nil
	}
	evidence := []string{"who reaches whom stays the same, as the evaluator says of every pair of pods and every address"}
	switch f.Rule.ID {
	case "NW06":
		evidence = append(evidence, "if the labels of the peer are a slip of the pen, mend them instead: kubectl get pods --all-namespaces --show-labels")
	case "NW17":
		evidence = append(evidence, "if the rule was meant to do something, write it as it was meant instead")
	case "NW18":
		evidence = append(evidence, "if the name is a slip of the pen, mend it instead: it is that of a port of a container")
	}
	return s.edit(f.Object, all, harmless, evidence, f)
}

// dropPolicy deletes a policy that selects no pod.
func (s *segments) dropPolicy(f *model.Finding) error {
	d, err := deleted(f.Object)
	if err != nil {
		return err
	}
	s.add(d, likelySafe, append([]string{"it selects no pod, so that nothing changes; if its labels are a slip of the pen, mend them instead, since pods are then not protected that were meant to be",
		"keep it where pods are to come that it is for"}, s.nearest(f)...), f)
	return nil
}

// pruneOne takes out one thing that does nothing; no operations where there is none left.
func (s *segments) pruneOne(f *model.Finding) ([]operation, error) {
	r := s.networkPolicy(f.Object)
	spec := &r.Object.Spec
	p, _ := policy.Read(r)
	for _, c := range s.idleParts(f.Rule.ID, p, spec) {
		body, err := json.Marshal(c)
		if err != nil {
			return nil, err
		}
		before := s.answers(f.Object.Namespace)
		if err := s.own().carryOut(model.Step{Verb: model.Patch, Ref: f.Object, PatchType: types.JSONPatchType, Body: body}); err != nil {
			return nil, err
		}
		if slices.Equal(before, s.answers(f.Object.Namespace)) {
			return c, nil
		}
		// It does something after all: it stays.
		s.own().apply(model.Put(r))
		s.own().flush()
	}
	return nil, nil
}

// idleParts lists what may be taken out for a rule's sake, each as the operations that do it.
func (s *segments) idleParts(rule string, p *policy.Policy, spec *networkingv1.NetworkPolicySpec) [][]operation {
	var list [][]operation
	switch rule {
	case "NW06":
		for _, e := range slices.Backward(s.ground().net.Effects(p.Ref)) {
			for _, path := range slices.Backward(e.PeersEmpty) {
				if ops := dropPart(spec, path); ops != nil {
					list = append(list, ops)
				}
			}
		}
	case "NW16":
		effects := s.ground().net.Effects(p.Ref)
		for _, e := range slices.Backward(effects) {
			if e.Shadow != nil || e.NoEffect && len(e.PeersEmpty) == 0 && len(e.Unresolved) == 0 {
				list = append(list, dropRule(spec, e.Direction, e.Rule))
			}
		}
	case "NW17":
		for _, x := range slices.Backward(p.Problems) {
			if ops := dropPart(spec, x.Path); ops != nil {
				list = append(list, ops)
			}
		}
	case "NW18":
		for _, e := range slices.Backward(s.ground().net.Effects(p.Ref)) {
			for _, n := range e.Unresolved {
				if ops := dropNamedPort(spec, e.Direction, e.Rule, n); ops != nil {
					list = append(list, ops)
				}
			}
		}
	}
	return list
}

// answers writes who reaches whom of a namespace, each answer in a line.
func (s *segments) answers(namespace string) []string {
	at := network.End{Ref: model.KindByName("Namespace").Ref("", namespace)}
	var list []string
	write := func(e *network.Entry) {
		list = append(list, strings.Join([]string{end(network.End{Ref: e.Src.Ref, Block: e.Src.Block}), end(network.End{Ref: e.Dst.Ref, Block: e.Dst.Block}), e.Verdict.String(), e.Connections.String(), e.Assumption}, " "))
	}
	for e := range s.ground().net.Entries(s.ground().c, network.Question{Level: network.Pods, To: at, Outside: true}) {
		write(&e)
	}
	for e := range s.ground().net.Entries(s.ground().c, network.Question{Level: network.Pods, From: at, Outside: true}) {
		write(&e)
	}
	for p := range s.ground().net.PodsIn(namespace) {
		iso := s.ground().net.Isolation(p)
		for d := range iso.By {
			list = append(list, p.Name+" "+policy.Direction(d).String()+" "+strconv.FormatBool(len(iso.By[d]) > 0))
		}
	}
	slices.Sort(list)
	return list
}
