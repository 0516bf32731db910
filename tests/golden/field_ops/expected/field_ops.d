field_ops.weir.hpp: ../../../schemas/field_ops.yaml
