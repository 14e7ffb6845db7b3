package apply

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"canopy/model"
)

// same tells that two references mean one object, at whatever version.
func same(a, b model.Ref) bool {
	return a.GroupKind() == b.GroupKind() && a.Namespace == b.Namespace && a.Name == b.Name
}

// bringsKind tells that one of the steps makes the definition of the kind of an object.
func bringsKind(earlier []model.Step, ref model.Ref) bool {
	for _, s := range earlier {
		if s.Verb == model.Create && s.Ref.Kind == "CustomResourceDefinition" && strings.HasSuffix(s.Ref.Name, "."+ref.Group) {
			return true
		}
	}
	return false
}

// waits gives the earlier step for lack of which a step could not be tried, as far as an error of the server tells; nil
// where the error stands for itself. What is made or taken away by a step before is not so while nothing is kept.
func waits(earlier []model.Step, step model.Step, err error) *model.Step {
	var status apierrors.APIStatus
	if errors.Is(err, errUnserved) && bringsKind(earlier, step.Ref) {
		for i := range earlier {
			if earlier[i].Ref.Kind == "CustomResourceDefinition" {
				return &earlier[i]
			}
		}
	}
	if !errors.As(err, &status) {
		return nil
	}
	s := status.Status()
	for i := range earlier {
		e := &earlier[i]
		switch {
		case same(e.Ref, step.Ref):
			// It meets the object as it is without the earlier step.
			if apierrors.IsNotFound(err) || apierrors.IsAlreadyExists(err) || apierrors.IsConflict(err) || apierrors.IsInvalid(err) || s.Code == 422 {
				return e
			}
		case e.Verb != model.Create:
		case apierrors.IsNotFound(err) && s.Details != nil && s.Details.Name == e.Ref.Name && s.Details.Group == e.Ref.Group && resourceOf(e.Ref) == s.Details.Kind:
			return e
		case apierrors.IsNotFound(err) && binds(step, e.Ref):
			return e
		case e.Ref.Kind == "ServiceAccount" && e.Ref.Namespace == step.Ref.Namespace && strings.Contains(s.Message, fmt.Sprintf("serviceaccount %q not found", e.Ref.Name)):
			return e
		}
	}
	return nil
}

// binds tells that a step makes a binding to a role. Of a role that is not there a server says that the binding is not.
func binds(step model.Step, role model.Ref) bool {
	var body struct {
		RoleRef struct{ Kind, Name string }
	}
	return role.Group == model.GroupRBAC && step.Ref.Group == model.GroupRBAC && json.Unmarshal(step.Body, &body) == nil &&
		body.RoleRef.Kind == role.Kind && body.RoleRef.Name == role.Name && (role.Namespace == "" || role.Namespace == step.Ref.Namespace)
}

// resourceOf names the resource of a built-in kind, by which servers speak of what they miss.
func resourceOf(ref model.Ref) string {
	if k := model.BuiltIn(ref.GroupKind()); k != nil {
		return k.Resource
	}
	return ""
}

// judge makes the check of an error that a step met before anything is kept.
func judge(check model.Check, earlier []model.Step, step model.Step, err error) model.Check {
	if e := waits(earlier, step, err); e != nil {
		check.Outcome, check.Cause = model.Untestable, model.CauseEarlier
		check.Message = fmt.Sprintf("It cannot be tried before an earlier step is done: %s %s.", e.Verb, e.Ref)
		return check
	}
	f := faultOf(err)
	check.Outcome, check.Cause, check.Message = model.Failed, f.cause, f.message
	if f.untestable {
		check.Outcome = model.Untestable
	}
	return check
}
