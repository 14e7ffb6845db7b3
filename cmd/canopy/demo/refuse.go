package demo

import (
	"errors"
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"

	"canopy/model"
)

// errRefused begins what admission says.
var errRefused = errors.New("admission refuses it")

// refuses tells what admission says against an object that a user makes.
func (s *stage) refuses(next object) error {
	p, ok := next.(*corev1.Pod)
	if !ok || s.find(refOf(p)) != nil {
		return nil
	}
	// An earlier step may have made its namespace or its account.
	s.furnish()
	s.reread()
	admitted := p.DeepCopy()
	s.admit(admitted)
	if why := s.refusal(admitted); why != "" {
		return fmt.Errorf("%w: %s", errRefused, why)
	}
	return nil
}

// refusal says why admission keeps a pod out; "" where it lets it in.
func (s *stage) refusal(p *corev1.Pod) string {
	if p.Annotations[corev1.MirrorPodAnnotationKey] != "" {
		return ""
	}
	if s.all[model.KindByName("ServiceAccount").Ref(p.Namespace, p.Spec.ServiceAccountName)] == nil {
		return fmt.Sprintf("error looking up service account %s/%s: serviceaccount %q not found", p.Namespace, p.Spec.ServiceAccountName, p.Spec.ServiceAccountName)
	}
	ns, ok := s.all[model.KindByName("Namespace").Ref("", p.Namespace)].(*corev1.Namespace)
	if !ok {
		return fmt.Sprintf("namespaces %q not found", p.Namespace)
	}
	open := api.LevelVersion{Level: api.LevelPrivileged, Version: api.LatestVersion()}
	// Labels that do not parse come back as the strictest level, as in the API server.
	todo, _ := api.PolicyToEvaluate(ns.Labels, api.Policy{Enforce: open, Audit: open, Warn: open})
	if todo.Enforce.Level == api.LevelPrivileged {
		return ""
	}
	if s.standards == nil {
		evaluator, err := policy.NewEvaluator(policy.DefaultChecks(), nil)
		if err != nil {
			panic(err) // the checks come with the library
		}
		s.standards = evaluator
	}
	result := policy.AggregateCheckResults(s.standards.EvaluatePod(todo.Enforce, &p.ObjectMeta, &p.Spec))
	if result.Allowed {
		return ""
	}
	return fmt.Sprintf("violates PodSecurity %q: %s", todo.Enforce.String(), strings.Join(result.ForbiddenReasons, ", "))
}
