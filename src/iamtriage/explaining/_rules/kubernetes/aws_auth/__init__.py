"""Explain what is wrong in the ConfigMap ``aws-auth``, and correct it."""
