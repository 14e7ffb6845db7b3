package bundle

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/yaml"

	"canopy/analysis/manifest"
	"canopy/analysis/rollout"
	"canopy/model"
	"canopy/model/record"
	"canopy/model/undo"
)

// rollback works out what takes the fix back. Patches that follow each other on one object are taken back at once, where the last
// of them stands.
func (b *builder) rollback() ([]stepBack, error) {
	var list []stepBack
	for i := len(b.fix.Documents) - 1; i >= 0; i-- {
		step := &b.fix.Documents[i].Step
		if step.Verb == model.Patch && b.nextOn(i, step.Ref, 1) == model.Patch {
			continue
		}
		s := stepBack{ref: step.Ref, whole: true}
		stem := unnumbered(b.fix.Documents[i].File)
		number := len(list) + 1
		s.file = fmt.Sprintf("rollback-%02d-%s", number, stem)
		if err := b.invert(&s, i, fmt.Sprintf("before-%02d-%s", number, stem)); err != nil {
			return nil, err
		}
		list = append(list, s)
	}
	return list, nil
}

// nextOn gives the verb of the next step on an object, going forwards or backwards from one; "" where there is none.
func (b *builder) nextOn(i int, ref model.Ref, by int) model.StepVerb {
	for i += by; i >= 0 && i < len(b.fix.Documents); i += by {
		if s := &b.fix.Documents[i].Step; s.Ref == ref {
			return s.Verb
		}
	}
	return ""
}

// states gives the object as it is before and after the step: what is known of it. Of more than one step on an object only the ends
// are known, and what was created or deleted between.
func (b *builder) states(i int) (before, after *unstructured.Unstructured) {
	step := &b.fix.Documents[i].Step
	if b.nextOn(i, step.Ref, 1) == "" {
		after = b.after(step.Ref)
	}
	first := i
	for b.fix.Documents[first].Step.Verb == model.Patch && b.nextOn(first, step.Ref, -1) == model.Patch {
		for first--; b.fix.Documents[first].Step.Ref != step.Ref; first-- {
		}
	}
	switch b.nextOn(first, step.Ref, -1) {
	case "":
		before = b.before(step.Ref)
	case model.Create:
		for first--; b.fix.Documents[first].Step.Ref != step.Ref; first-- {
		}
		before = decoded(b.fix.Documents[first].Step.Body)
	}
	if after == nil && before != nil && step.Verb == model.Patch && first == i {
		before, after = foretold(before, step)
	}
	return before, after
}

func decoded(body []byte) *unstructured.Unstructured {
	u := &unstructured.Unstructured{}
	if json.Unmarshal(body, &u.Object) != nil || len(u.Object) == 0 {
		return nil
	}
	return u
}

// foretold works out what a patch makes of an object. Both come back in the form in which they can be compared; nil where it cannot be
// said.
func foretold(object *unstructured.Unstructured, step *model.Step) (before, after *unstructured.Unstructured) {
	was, is, err := rollout.Show(object, *step)
	if err != nil {
		return object, nil
	}
	parse := func(text []byte) *unstructured.Unstructured {
		data, err := yaml.YAMLToJSON(text)
		if err != nil {
			return nil
		}
		return decoded(data)
	}
	if before, after = parse(was), parse(is); before == nil || after == nil {
		return object, nil
	}
	twin(before)
	twin(after)
	retype(before, after)
	return before, after
}

// retype takes out of a Service that is for the cluster alone from now on what the API server takes out (dropTypeDependentFields in
// pkg/registry/core/service/strategy.go): a port of the nodes would not come back by its type alone.
func retype(before, after *unstructured.Unstructured) {
	was, _, _ := unstructured.NestedString(before.Object, "spec", "type")
	is, _, _ := unstructured.NestedString(after.Object, "spec", "type")
	if after.GetKind() != "Service" || was == is || is != "ClusterIP" {
		return
	}
	spec, _ := after.Object["spec"].(map[string]any)
	for _, field := range []string{"externalTrafficPolicy", "healthCheckNodePort", "allocateLoadBalancerNodePorts", "loadBalancerClass"} {
		delete(spec, field)
	}
	ports, _ := spec["ports"].([]any)
	for _, p := range ports {
		if port, ok := p.(map[string]any); ok {
			delete(port, "nodePort")
		}
	}
}

// twin gives a template the old name of the field for its account, as the API server does: taken alone, the new one would not go.
func twin(u *unstructured.Unstructured) {
	path := record.TemplatePath(u.GetKind())
	if path == "" {
		return
	}
	at := strings.Split(path, ".")
	if account, found, err := unstructured.NestedString(u.Object, append(at, "serviceAccountName")...); found && err == nil {
		_ = unstructured.SetNestedField(u.Object, account, append(at, "serviceAccount")...) // the parents are maps, as was just seen
	}
}

// invert fills in what takes the step back.
func (b *builder) invert(s *stepBack, i int, saved string) error {
	step := &b.fix.Documents[i].Step
	if step.Verb == model.Create {
		s.verb, s.command, s.file = model.Delete, "kubectl delete "+target(step.Ref), ""
		s.comments = append(s.comments, "deletes what the fix created; what others have added to it since goes too")
		var err error
		s.text, err = name(step.Ref)
		return err
	}
	if bares(step) {
		s.verb, s.file = model.Patch, ""
		s.comments = append(s.comments, "nothing: kubectl's copy of the Secret is not to come back, and what it is a copy of stays as it is")
		return nil
	}
	before, after := b.states(i)
	s.verb = model.Patch
	if step.Verb == model.Delete {
		s.verb = model.Create
		after = nil
	}
	if before == nil || after == nil && step.Verb == model.Patch {
		s.unknown(saved, "the object is not known here")
		return nil
	}
	back, err := undo.Invert(before, after)
	if err != nil {
		s.unknown(saved, err.Error())
		return nil
	}
	if back.Verb == model.Patch {
		hidden, err := b.hidden(i, back)
		if err != nil {
			return err
		}
		return s.patch(back, hidden, saved)
	}
	return s.create(back, saved)
}

// bares tells that a step does nothing but take kubectl's copy out of a Secret.
func bares(step *model.Step) bool {
	if step.Verb != model.Patch || step.Ref.Group != "" || step.Ref.Kind != "Secret" || step.PatchType != types.JSONPatchType {
		return false
	}
	ops, err := parsed(step.Body)
	return err == nil && !slices.ContainsFunc(ops, func(op map[string]any) bool {
		return op["op"] != "remove" || op["path"] != "/metadata/annotations/"+escape(corev1.LastAppliedConfigAnnotation)
	})
}

// name gives an object as far as it takes to name it.
func name(ref model.Ref) ([]byte, error) {
	meta := map[string]any{"name": ref.Name}
	if ref.Namespace != "" {
		meta["namespace"] = ref.Namespace
	}
	data, err := json.Marshal(map[string]any{"apiVersion": ref.APIVersion(), "kind": ref.Kind, "metadata": meta})
	if err != nil {
		return nil, err
	}
	return manifest.FromJSON(data)
}

// unknown says how to come back where the way cannot be worked out here.
func (s *stepBack) unknown(saved, why string) {
	s.saved, s.file, s.text = saved, "", nil
	s.comments = append(s.comments, "not known here: "+why, "save the object before you apply the fix: "+s.save())
	if s.verb == model.Create {
		s.command = "kubectl create --filename " + saved
		return
	}
	// A live object has fields that the server and its controllers write: the whole of them is not put back.
	s.command = "kubectl replace --filename " + saved
	s.comments = append(s.comments, "take metadata.resourceVersion out of "+saved+" before you use it, or the server takes it for an old copy")
}

// create puts back an object that was deleted.
func (s *stepBack) create(back model.Step, saved string) error {
	s.verb = model.Create
	var body any
	if err := json.Unmarshal(back.Body, &body); err != nil {
		return err
	}
	if holds := masked(body, ""); len(holds) > 0 {
		s.unknown(saved, "the values of "+listed(holds)+" were never read")
		return nil
	}
	var err error
	if s.text, err = manifest.FromJSON(back.Body); err != nil {
		return err
	}
	s.command = "kubectl create --filename " + s.file
	return nil
}

// listed names fields, the first few of many.
func listed(paths []string) string {
	const most = 5
	slices.Sort(paths)
	if len(paths) > most {
		return strings.Join(paths[:most], ", ") + fmt.Sprintf(" and %d more", len(paths)-most)
	}
	return strings.Join(paths, ", ")
}
