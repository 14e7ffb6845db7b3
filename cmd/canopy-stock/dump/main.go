// Command dump writes the RBAC objects that an API server creates at its start, as JSON: those of the version of k8s.io/kubernetes that it is built with, with
// default feature gates. The generator builds it once for each minor version.
package main

import (
	"encoding/json"
	"log"
	"maps"
	"os"
	"slices"

	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/kubernetes/plugin/pkg/auth/authorizer/rbac/bootstrappolicy"
)

// stock has what pkg/registry/rbac/rest/storage_rbac.go gives to the hook that creates these objects.
type stock struct {
	ClusterRoles        []rbacv1.ClusterRole
	ClusterRoleBindings []rbacv1.ClusterRoleBinding
	Roles               []rbacv1.Role
	RoleBindings        []rbacv1.RoleBinding
	// Aggregated are the ClusterRoles that an aggregation rule fills. They come in ClusterRoles as well.
	Aggregated []string
}

func main() {
	s := stock{
		ClusterRoles:        append(bootstrappolicy.ClusterRoles(), bootstrappolicy.ControllerRoles()...),
		ClusterRoleBindings: append(bootstrappolicy.ClusterRoleBindings(), bootstrappolicy.ControllerRoleBindings()...),
		Aggregated:          slices.Sorted(maps.Keys(bootstrappolicy.ClusterRolesToAggregate())),
	}
	roles, bindings := bootstrappolicy.NamespaceRoles(), bootstrappolicy.NamespaceRoleBindings()
	for _, namespace := range slices.Sorted(maps.Keys(roles)) {
		s.Roles = append(s.Roles, roles[namespace]...)
	}
	for _, namespace := range slices.Sorted(maps.Keys(bindings)) {
		s.RoleBindings = append(s.RoleBindings, bindings[namespace]...)
	}
	if err := json.NewEncoder(os.Stdout).Encode(s); err != nil {
		log.Fatal(err)
	}
}
