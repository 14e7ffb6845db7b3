package remedy

import (
	"encoding/json"
	"testing"

	jsonpatch "gopkg.in/evanphx/json-patch.v4"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/strategicpatch"

	"canopy/model"
)

// patchedService carries the patches of a fix out on the Service as a file holds it: nothing is dropped but what they drop.
func patchedService(t *testing.T, svc *corev1.Service, fix *Fix) *corev1.Service {
	t.Helper()
	body, err := json.Marshal(svc)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range fix.Documents {
		if d.Step.PatchType == types.JSONPatchType {
			ops, err := jsonpatch.DecodePatch(d.Step.Body)
			if err == nil {
				body, err = ops.Apply(body)
			}
			if err != nil {
				t.Fatalf("%v\n%s", err, d.YAML)
			}
		} else if body, err = strategicpatch.StrategicMergePatch(body, d.Step.Body, corev1.Service{}); err != nil {
			t.Fatalf("%v\n%s", err, d.YAML)
		}
	}
	var now corev1.Service
	if err := json.Unmarshal(body, &now); err != nil {
		t.Fatal(err)
	}
	return &now
}

func TestServicesForTheClusterAloneKeepNothingOfTheirOldType(t *testing.T) {
	for name, tc := range map[string]struct {
		spec  string
		rules []string
		kind  types.PatchType
		// local tells that externalTrafficPolicy stays.
		local bool
	}{
		"a port":            {"type: NodePort, externalTrafficPolicy: Local, ports: [{name: a, port: 80, targetPort: 8080, nodePort: 30080}, {name: b, port: 81, targetPort: 8080, nodePort: 30081}]", []string{"NW08"}, types.StrategicMergePatchType, false},
		"ports that repeat": {"type: NodePort, externalTrafficPolicy: Local, ports: [{name: a, port: 53, protocol: TCP, targetPort: 8080, nodePort: 30080}, {name: b, port: 53, protocol: UDP, targetPort: 8080, nodePort: 30080}]", []string{"NW08"}, types.JSONPatchType, false},
		"leftovers":         {"type: NodePort, healthCheckNodePort: 31000, allocateLoadBalancerNodePorts: true, loadBalancerClass: a/b, loadBalancerIP: 203.0.113.1, loadBalancerSourceRanges: [203.0.113.0/24], ports: [{port: 80, targetPort: 8080, nodePort: 30080}]", []string{"NW08"}, types.StrategicMergePatchType, false},
		"addresses stay":    {"type: NodePort, externalTrafficPolicy: Local, externalIPs: [203.0.113.9], ports: [{port: 80, targetPort: 8080, nodePort: 30080}]", []string{"NW08"}, types.StrategicMergePatchType, true},
		"the type stays":    {"type: NodePort, externalTrafficPolicy: Local, externalIPs: [203.0.113.9], ports: [{port: 80, targetPort: 8080, nodePort: 30080}]", []string{"NW09"}, types.StrategicMergePatchType, true},
		"both":              {"type: NodePort, externalTrafficPolicy: Local, externalIPs: [203.0.113.9], ports: [{port: 80, targetPort: 8080, nodePort: 30080}]", []string{"NW08", "NW09"}, types.StrategicMergePatchType, false},
		"both, turned":      {"type: NodePort, externalTrafficPolicy: Local, externalIPs: [203.0.113.9], ports: [{port: 80, targetPort: 8080, nodePort: 30080}]", []string{"NW09", "NW08"}, types.StrategicMergePatchType, false},
		"addresses":         {"type: ClusterIP, externalTrafficPolicy: Cluster, externalIPs: [203.0.113.9], ports: [{port: 80, targetPort: 8080}]", []string{"NW09"}, types.StrategicMergePatchType, false},
	} {
		objs := manifests(t, quarter()+"kind: Service\nmetadata: {name: web}\nspec: {selector: {app: web}, "+tc.spec+"}\n---\n")
		svc := objs[len(objs)-1].(*corev1.Service).DeepCopy()
		c := seen(t, objs...)
		var findings []*model.Finding
		for _, rule := range tc.rules {
			findings = append(findings, heldOn(t, c, rule+" shop/Service/web")...)
		}
		fix := fixOne(t, c, findings...)
		sound(t, fix)
		if len(fix.Documents) != len(tc.rules) || len(fix.Notes) > 0 || fix.Documents[0].Step.PatchType != tc.kind {
			t.Errorf("%s:\n%s", name, text(fix))
			continue
		}
		now := patchedService(t, svc, fix).Spec
		if (now.ExternalTrafficPolicy != "") != tc.local {
			t.Errorf("%s: externalTrafficPolicy %q", name, now.ExternalTrafficPolicy)
		}
		if now.Type != corev1.ServiceTypeClusterIP {
			continue
		}
		if now.HealthCheckNodePort != 0 || now.AllocateLoadBalancerNodePorts != nil || now.LoadBalancerClass != nil || now.LoadBalancerIP != "" || now.LoadBalancerSourceRanges != nil || len(now.Ports) != len(svc.Spec.Ports) {
			t.Errorf("%s: %+v", name, now)
		}
		for i, p := range now.Ports {
			was := svc.Spec.Ports[i]
			was.NodePort = 0
			if p != was {
				t.Errorf("%s: %+v, want %+v", name, p, was)
			}
		}
	}
}

// A finding that comes without its proof, as from a report, is told of, and breaks nothing.
func TestFindingsWithoutProofAreNoted(t *testing.T) {
	for _, rule := range []string{"NW12", "NW16", "NW18"} {
		c, f := segmentScene(t, rule)
		bare := *f
		bare.Proof = nil
		fix := fixOne(t, c, &bare)
		if len(fix.Documents) > 0 || len(fix.Notes) != 1 || fix.Notes[0].Finding != f.ID {
			t.Errorf("%s:\n%s", rule, text(fix))
		}
	}
}
