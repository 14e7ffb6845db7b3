package apply

import (
	"context"
	"fmt"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"canopy/k8s/guard"
	"canopy/model"
)

const (
	// looked bounds how many pods or events of an owner are looked at for what holds it up, and named how many are told.
	looked = "200"
	named  = 3
)

// because says what holds the rollout of an owner up, as far as its pods and the events about it tell: words to put behind a
// sentence, or nothing.
func (w *Writer) because(ctx context.Context, o *owner, u *unstructured.Unstructured) string {
	var reasons []string
	if text := (fields{u}).condition("ReplicaFailure", "message"); text != "" {
		reasons = append(reasons, fmt.Sprintf("pods are refused: %q", guard.Brief(text)))
	}
	if o.target.kind.Kind == "Pod" {
		reasons = append(reasons, podTrouble(fields{u})...)
	} else {
		reasons = append(reasons, w.podsTrouble(ctx, o, u)...)
	}
	if len(reasons) == 0 {
		reasons = w.failedCreate(ctx, o)
	}
	if len(reasons) == 0 {
		return ""
	}
	slices.Sort(reasons)
	reasons = slices.Compact(reasons)
	more := ""
	if len(reasons) > named {
		more = fmt.Sprintf(" And %d more.", len(reasons)-named)
		reasons = reasons[:named]
	}
	text := strings.Join(reasons, "; ")
	return " " + strings.ToUpper(text[:1]) + text[1:] + "." + more
}

// podsTrouble asks what the pods wait for that an owner's selector picks.
func (w *Writer) podsTrouble(ctx context.Context, o *owner, u *unstructured.Unstructured) []string {
	selector := ""
	if labels, found, _ := unstructured.NestedStringMap(u.Object, "spec", "selector"); found {
		selector = metav1.FormatLabelSelector(&metav1.LabelSelector{MatchLabels: labels})
	} else if tree, found, _ := unstructured.NestedMap(u.Object, "spec", "selector"); found {
		parsed := selectorOf(tree)
		selector = metav1.FormatLabelSelector(parsed)
	}
	if selector == "" || strings.HasPrefix(selector, "<") {
		return nil
	}
	var reasons []string
	for _, pod := range w.list(ctx, "Pod", o.target.namespace, "labelSelector", selector) {
		reasons = append(reasons, podTrouble(fields{&pod})...)
	}
	return reasons
}

// selectorOf reads a selector out of a map.
func selectorOf(tree map[string]any) *metav1.LabelSelector {
	s := &metav1.LabelSelector{}
	s.MatchLabels, _, _ = unstructured.NestedStringMap(tree, "matchLabels")
	list, _, _ := unstructured.NestedSlice(tree, "matchExpressions")
	for _, item := range list {
		e, _ := item.(map[string]any)
		key, _, _ := unstructured.NestedString(e, "key")
		operator, _, _ := unstructured.NestedString(e, "operator")
		values, _, _ := unstructured.NestedStringSlice(e, "values")
		s.MatchExpressions = append(s.MatchExpressions, metav1.LabelSelectorRequirement{Key: key, Operator: metav1.LabelSelectorOperator(operator), Values: values})
	}
	return s
}

// podTrouble says why a pod does not get on.
func podTrouble(pod fields) []string {
	var reasons []string
	for _, field := range []string{"initContainerStatuses", "containerStatuses"} {
		list, _, _ := unstructured.NestedSlice(pod.Object, "status", field)
		for _, item := range list {
			status, _ := item.(map[string]any)
			reason, _, _ := unstructured.NestedString(status, "state", "waiting", "reason")
			message, _, _ := unstructured.NestedString(status, "state", "waiting", "message")
			name, _, _ := unstructured.NestedString(status, "name")
			switch reason {
			case "", "ContainerCreating", "PodInitializing":
				continue
			}
			if message != "" {
				message = fmt.Sprintf(" %q", guard.Brief(message))
			}
			reasons = append(reasons, fmt.Sprintf("pod %s, container %s: %s%s", pod.GetName(), name, reason, message))
		}
	}
	if pod.condition("PodScheduled", "reason") == "Unschedulable" {
		reasons = append(reasons, fmt.Sprintf("pod %s finds no node: %q", pod.GetName(), guard.Brief(pod.condition("PodScheduled", "message"))))
	}
	return reasons
}

// failedCreate asks the events about an owner whether its pods are refused.
func (w *Writer) failedCreate(ctx context.Context, o *owner) []string {
	var reasons []string
	for _, event := range w.list(ctx, "Event", o.target.namespace, "fieldSelector",
		"involvedObject.name="+o.target.name+",involvedObject.kind="+o.target.kind.Kind+",reason=FailedCreate") {
		text, _, _ := unstructured.NestedString(event.Object, "message")
		reasons = append(reasons, fmt.Sprintf("pods are refused: %q", guard.Brief(text)))
	}
	return reasons
}

// list reads objects of a kind in a namespace; none where they may not be read.
func (w *Writer) list(ctx context.Context, kind, namespace, selector, value string) []unstructured.Unstructured {
	k := model.KindByName(kind)
	client, err := w.reading.client(k.GVK().GroupVersion())
	if err != nil {
		return nil
	}
	ctx, cancel := w.reading.bounded(ctx)
	defer cancel()
	list := &unstructured.UnstructuredList{}
	if err := client.Get().Namespace(namespace).Resource(k.Resource).Param(selector, value).Param("limit", looked).Do(ctx).Into(list); err != nil {
		return nil
	}
	return list.Items
}
