-- Keys of cookies were stored in the clear. They are replaced by encrypted ones: everybody signs in once more.
DELETE FROM identity.data_protection_key;
