package access

import (
	"cmp"
	"context"
	"encoding/json"

	"k8s.io/client-go/rest"
)

// Question is whether the user may do something. Without a namespace it is asked of all, without a name of every object.
type Question struct {
	Verb      string `json:"verb"`
	Group     string `json:"group,omitempty"`
	Version   string `json:"version,omitempty"`
	Resource  string `json:"resource"`
	Namespace string `json:"namespace,omitempty"`
	Name      string `json:"name,omitempty"`
}

// Ask asks a server by a review of the user's own rights, which stores nothing, and gives what the server says of its answer;
// often nothing.
func (q Question) Ask(ctx context.Context, client rest.Interface) (allowed bool, reason string, err error) {
	// The types of the group would be linked whole for this one.
	body, err := json.Marshal(map[string]any{"apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview",
		"spec": map[string]any{"resourceAttributes": q}})
	if err != nil {
		return false, "", err
	}
	data, err := client.Post().AbsPath("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews").
		SetHeader("Content-Type", "application/json").Body(body).Do(ctx).Raw()
	if err != nil {
		return false, "", err
	}
	var review struct {
		Status struct {
			Allowed         bool   `json:"allowed"`
			Reason          string `json:"reason"`
			EvaluationError string `json:"evaluationError"`
		} `json:"status"`
	}
	if err := json.Unmarshal(data, &review); err != nil {
		return false, "", err
	}
	return review.Status.Allowed, cmp.Or(review.Status.Reason, review.Status.EvaluationError), nil
}
